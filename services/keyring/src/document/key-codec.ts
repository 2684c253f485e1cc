import { formatDuration } from './duration.js';
import {
  isAccepted,
  KEY_STATES,
  type PublicRingKey,
  type RingAlgorithm,
  type RingKey,
  type RingKeyBase,
  type RingType,
} from './document.js';
import type { Fields } from './fields.js';
import { readPrivateJwk, readPublicJwk } from './jwk-codec.js';
import { secretRule } from './shared-secret.js';
import { formatTime } from './time.js';

const KID = /^[\x21-\x7e]{1,256}$/;
const TIMES = ['activatedAt', 'drainUntil', 'provenAt'] as const;
const GONE: ReadonlySet<string> = new Set(['retired', 'revoked']);

const readBase = (key: Fields, generation: number): RingKeyBase => {
  const kid = key.text('kid', KID, 'must be 1 to 256 printable ASCII characters without spaces');
  const state = key.oneOf('state', KEY_STATES);
  const since = key.integer('since', 1);
  if (since > generation) key.fail('since', 'must not be above the generation of the document');
  if (state === 'draining' && !key.has('drainUntil'))
    key.fail('drainUntil', 'must be present while the key is draining');
  return {
    kid,
    state,
    since,
    createdAt: key.time('createdAt'),
    ...Object.fromEntries(TIMES.filter((name) => key.has(name)).map((name) => [name, key.time(name)])),
    ...(key.has('secretVersion') && { secretVersion: key.integer('secretVersion', 0) }),
  };
};

const refuseMaterial = (key: Fields, why: string, ...names: ('jwk' | 'secret')[]): void => {
  for (const name of names) if (key.has(name)) key.fail(name, `must be absent ${why}`);
};

interface KeyOf {
  readonly type: RingType;
  readonly algorithm: RingAlgorithm;
  readonly generation: number;
}

/** A key of a full document: a live one must have its material, a retired or revoked one must not. */
export const readFullKey = (key: Fields, { type, algorithm, generation }: KeyOf): RingKey => {
  const base = { ...readBase(key, generation), longestLifetimeMs: key.duration('longestLifetime') };
  if (GONE.has(base.state)) {
    refuseMaterial(key, `from a ${base.state} key`, 'jwk', 'secret');
    return base;
  }
  const live = isAccepted(base.state);
  if (type === 'SigningKey') {
    refuseMaterial(key, 'from a ring of signing keys', 'secret');
    return live || key.has('jwk') ? { ...base, jwk: readPrivateJwk(key.object('jwk'), base.kid) } : base;
  }
  refuseMaterial(key, 'from a ring of shared secrets', 'jwk');
  if (!live && !key.has('secret')) return base;
  const { pattern, text } = secretRule(algorithm);
  return { ...base, secret: key.text('secret', pattern, text) };
};

/** A key of a public document: no secret, no private member of a JWK. */
export const readPublicKey = (key: Fields, type: RingType, generation: number): PublicRingKey => {
  const base = readBase(key, generation);
  refuseMaterial(key, 'from a public document', 'secret');
  if (type === 'SharedSecret') {
    refuseMaterial(key, 'from a ring of shared secrets', 'jwk');
    return base;
  }
  const live = isAccepted(base.state);
  if (!live) refuseMaterial(key, 'from a key that is not accepted', 'jwk');
  return live ? { ...base, jwk: readPublicJwk(key.object('jwk'), base.kid) } : base;
};

export const writeKey = (key: RingKey | PublicRingKey): Record<string, unknown> => {
  const { createdAt, activatedAt, drainUntil, provenAt, longestLifetimeMs, ...rest } = key as RingKey;
  return {
    ...rest,
    createdAt: formatTime(createdAt),
    ...(activatedAt !== undefined && { activatedAt: formatTime(activatedAt) }),
    ...(drainUntil !== undefined && { drainUntil: formatTime(drainUntil) }),
    ...(provenAt !== undefined && { provenAt: formatTime(provenAt) }),
    ...(longestLifetimeMs !== undefined && { longestLifetime: formatDuration(longestLifetimeMs) }),
  };
};
