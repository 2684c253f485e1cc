import { type AnyRingDocument, isAccepted, type RingAlgorithm, type SigningAlgorithm } from '@keyturn/keyring';
import { hs256Check, publicKeyCheck, type SignatureCheck } from './signature.js';

export interface AcceptedKey {
  readonly kid: string;
  /** The only `alg` that a token of this key may name. */
  readonly algorithm: RingAlgorithm;
  readonly check: SignatureCheck;
}

/** The keys of one generation of a ring, imported and ready. Replaced as a whole, never changed. */
export interface AcceptSet {
  readonly generation: number;
  readonly issuer: string | undefined;
  readonly clockSkewMs: number;
  readonly keys: ReadonlyMap<string, AcceptedKey>;
  /** Kids that the ring knows and refuses for ever: asking for them again would be in vain. */
  readonly dead: ReadonlySet<string>;
}

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
    const check = importKey(document, key);
    if (check) keys.set(key.kid, { kid: key.kid, algorithm: document.algorithm, check });
  }
  const { generation, issuer, settings } = document;
  return { generation, issuer, clockSkewMs: settings.clockSkewMs, keys, dead };
}

function importKey(document: AnyRingDocument, key: AnyRingDocument['keys'][number]): SignatureCheck | undefined {
  try {
    if (document.type === 'SigningKey') {
      return key.jwk && publicKeyCheck(publicPart(key.jwk), document.algorithm as SigningAlgorithm);
    }
    return document.algorithm === 'HS256' && 'secret' in key && key.secret ? hs256Check(key.secret) : undefined;
  } catch {
    return undefined;
  }
}

type AnyJwk = NonNullable<AnyRingDocument['keys'][number]['jwk']>;

/** An issuer's ring holds private keys; verification needs none of their members. */
const publicPart = (jwk: AnyJwk): AnyJwk => {
  const { kty, alg, use, kid, crv, x, y, n, e } = jwk;
  return { kty, alg, use, kid, crv, x, y, n, e } as AnyJwk;
};
