import {
  type AnyRingDocument,
  isAccepted,
  type PublicJwk,
  type RingAlgorithm,
  type SigningAlgorithm,
} from '@keyturn/keyring';
import { hs256Check, publicKeyCheck, type SignatureCheck } from './signature.js';

export interface AcceptedKey {
  readonly kid: string;
  /** The only `alg` that a token of this key may name. */
  readonly algorithm: RingAlgorithm;
  readonly check: SignatureCheck;
}

/** The keys of one generation of a ring, imported and ready. Replaced as a whole, never changed. */
export interface AcceptSet {
  /** Negative = there were none yet. */
  readonly generation: number;
  readonly issuer: string | undefined;
  readonly clockSkewMs: number;
  readonly keys: ReadonlyMap<string, AcceptedKey>;
  /** Kids that the ring knows and refuses for ever: asking for them again would be in vain. */
  readonly dead: ReadonlySet<string>;
}

export const NO_KEYS: AcceptSet = {
  generation: -1,
  issuer: undefined,
  clockSkewMs: 0,
  keys: new Map(),
  dead: new Set(),
};

/**
 * Imports what the ring accepts. A key that cannot be imported, or whose type does not fit the ring's algorithm, is
 * left out: a canary made with it is refused, and so it never becomes active.
 */
export function acceptSetOf(document: AnyRingDocument): AcceptSet {
  const keys = new Map<string, AcceptedKey>();
  const dead = new Set<string>();
  for (const key of document.keys) {
    if (!isAccepted(key.state)) {
      dead.add(key.kid);
      continue;
    }
    const check = importOrLeaveOut(() => importKey(document, key));
    if (check) keys.set(key.kid, { kid: key.kid, algorithm: document.algorithm, check });
  }
  const { generation, issuer, settings } = document;
  return { generation, issuer, clockSkewMs: settings.clockSkewMs, keys, dead };
}

/** Imports the keys of a foreign issuer, each pinned to the algorithm of its own; what cannot be imported is left out. */
export function acceptSetOfJwks(
  published: ReadonlyMap<string, PublicJwk>,
  generation: number,
  clockSkewMs: number,
): AcceptSet {
  const keys = new Map<string, AcceptedKey>();
  for (const [kid, jwk] of published) {
    const check = importOrLeaveOut(() => publicKeyCheck(jwk, jwk.alg));
    if (check) keys.set(kid, { kid, algorithm: jwk.alg, check });
  }
  return { ...NO_KEYS, generation, clockSkewMs, keys };
}

function importOrLeaveOut(importKey: () => SignatureCheck | undefined): SignatureCheck | undefined {
  try {
    return importKey();
  } catch {
    return undefined;
  }
}

function importKey(document: AnyRingDocument, key: AnyRingDocument['keys'][number]): SignatureCheck | undefined {
  const { type, algorithm } = document;
  if (type === 'SigningKey') return key.jwk && publicKeyCheck(publicPart(key.jwk), algorithm as SigningAlgorithm);
  return algorithm === 'HS256' && 'secret' in key && key.secret ? hs256Check(key.secret) : undefined;
}

type AnyJwk = NonNullable<AnyRingDocument['keys'][number]['jwk']>;

/** An issuer's ring holds private keys; verification needs none of their members. */
const publicPart = (jwk: AnyJwk): AnyJwk => {
  const { kty, alg, use, kid, crv, x, y, n, e } = jwk;
  return { kty, alg, use, kid, crv, x, y, n, e } as AnyJwk;
};
