import { createHmac, timingSafeEqual } from 'node:crypto';
import { type AnyRingDocument, isAccepted, KeyringError, type RingKey } from '@keyturn/keyring';
import type { SigningSecret, SigningSecrets } from '../session-secret/index.js';

/** One secret as Better Auth takes it: `version` is the number in its `$ba$<version>$` envelope. */
export interface VersionedSecret {
  readonly kid: string;
  readonly version: number;
  readonly value: string;
}

/** The secrets of a ring, as far as a process can still decrypt with them. */
export interface KnownSecrets {
  readonly generation: number;
  /** Active first if there is one, then the newest. */
  readonly versions: readonly VersionedSecret[];
  /** Absent when the ring has no key that may sign. */
  readonly active: VersionedSecret | undefined;
  /** What values without an envelope are encrypted with: the secret with which the ring began, if it is still there. */
  readonly legacy: VersionedSecret | undefined;
  /** Epoch ms from which a count of zero lets a secret be destroyed; Infinity = none drains and none is compromised. */
  readonly destroyableFrom: number;
}

/** The session-secret ring of one generation, for Better Auth and for the re-signing around it. */
export interface RingSecrets extends KnownSecrets {
  /** What is signed with these secrets may live for so long, milliseconds. */
  readonly longestLifeMs: number;
  readonly active: VersionedSecret;
  readonly signing: SigningSecrets;
}

/** The first version of a ring; an imported secret gets it. */
const FIRST_VERSION = 1;

/** Throws KeyringError ERR_RING_INVALID when the ring is not one of session secrets. */
export const knownSecrets = (document: AnyRingDocument): KnownSecrets => {
  const keys = keysOf(document);
  const versions = keys.map((key) => versioned(key, document.ring));
  return {
    generation: document.generation,
    versions,
    active: keys[0]?.state === 'active' ? versions[0] : undefined,
    legacy: versions.find(({ version }) => version === FIRST_VERSION),
    destroyableFrom: Math.min(...keys.map(destroyableFrom)),
  };
};

/** The same with what signs and verifies. Undefined when no key may sign; throws as knownSecrets does. */
export const ringSecrets = (document: AnyRingDocument): RingSecrets | undefined => {
  const known = knownSecrets(document);
  const keys = keysOf(document);
  const [active] = keys;
  if (!active || !known.active) return undefined;
  const accepted = keys.filter((key) => isAccepted(key.state));
  return {
    ...known,
    active: known.active,
    longestLifeMs: document.settings.maxCredentialLifetimeMs,
    signing: {
      active: signingSecret(active),
      others: accepted.slice(1).map(signingSecret),
      distrusted: accepted.length < keys.length,
    },
  };
};

const destroyableFrom = ({ state, drainUntil }: RingKey): number => {
  if (state === 'compromised') return 0;
  return state === 'draining' ? (drainUntil ?? 0) : Number.POSITIVE_INFINITY;
};

const keysOf = (document: AnyRingDocument): RingKey[] => {
  const { ring } = document;
  if (document.type !== 'SharedSecret' || document.form !== 'full') {
    throw new KeyringError('ERR_RING_INVALID', `ring ${ring} holds no session secrets`, { ring, field: 'type' });
  }
  const rank = ({ state, since }: RingKey): number => (state === 'active' ? Number.MAX_SAFE_INTEGER : since);
  return document.keys.filter((key) => key.secret !== undefined).sort((a, b) => rank(b) - rank(a));
};

const versioned = (key: RingKey, ring: string): VersionedSecret => {
  if (key.secretVersion === undefined) {
    throw new KeyringError('ERR_RING_INVALID', `key ${key.kid} of ring ${ring} has no secretVersion`, {
      ring,
      field: 'keys.secretVersion',
    });
  }
  return { kid: key.kid, version: key.secretVersion, value: key.secret! };
};

/** Better Auth signs with the UTF-8 bytes of the text, whatever the text encodes. */
export const signingSecret = ({ kid, secret }: Pick<RingKey, 'kid' | 'secret'>): SigningSecret => {
  const mac = (value: string): Buffer => createHmac('sha256', secret!).update(value, 'utf8').digest();
  return {
    kid,
    sign: (value) => mac(value).toString('base64'),
    verify: (value, signature) => {
      const given = Buffer.from(signature, 'base64');
      const expected = mac(value);
      return given.length === expected.length && timingSafeEqual(given, expected);
    },
  };
};
