import { createHmac, createPublicKey, type KeyObject, timingSafeEqual, webcrypto } from 'node:crypto';
import type { PublicJwk, SigningAlgorithm } from '@keyturn/keyring';

/** Checks a signature over `signed`; false for every signature that is not right, never an error. */
export type SignatureCheck = (signed: Buffer, signature: Buffer) => boolean | Promise<boolean>;

/** What an algorithm pins: the type of the key, its parameters, the length of a signature in bytes. */
interface Pinned {
  readonly keyType: string;
  readonly curve?: string;
  readonly signatureLength?: number;
  readonly key: Parameters<KeyObject['toCryptoKey']>[0];
  readonly verify: Parameters<typeof webcrypto.subtle.verify>[0];
}

const MIN_RSA_BITS = 2048;

const PINNED: Readonly<Record<SigningAlgorithm, Pinned>> = {
  ES256: {
    keyType: 'ec',
    curve: 'prime256v1',
    signatureLength: 64,
    key: { name: 'ECDSA', namedCurve: 'P-256' },
    verify: { name: 'ECDSA', hash: 'SHA-256' },
  },
  ES384: {
    keyType: 'ec',
    curve: 'secp384r1',
    signatureLength: 96,
    key: { name: 'ECDSA', namedCurve: 'P-384' },
    verify: { name: 'ECDSA', hash: 'SHA-384' },
  },
  RS256: {
    keyType: 'rsa',
    key: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
    verify: { name: 'RSASSA-PKCS1-v1_5' },
  },
  PS256: {
    keyType: 'rsa',
    key: { name: 'RSA-PSS', hash: 'SHA-256' },
    verify: { name: 'RSA-PSS', saltLength: 32 },
  },
  EdDSA: { keyType: 'ed25519', signatureLength: 64, key: { name: 'Ed25519' }, verify: { name: 'Ed25519' } },
};

/**
 * Imports a public key once, for many checks. WebCrypto verifies on a thread of its own pool, which is both faster
 * under load than node:crypto's synchronous call and leaves the event loop free.
 *
 * Throws TypeError when the key is not of the type that the algorithm pins.
 */
export function publicKeyCheck(jwk: PublicJwk, algorithm: SigningAlgorithm): SignatureCheck {
  const pinned = PINNED[algorithm];
  const key = createPublicKey({ key: { ...jwk }, format: 'jwk' });
  const { namedCurve, modulusLength } = key.asymmetricKeyDetails ?? {};
  if (jwk.alg !== algorithm || key.asymmetricKeyType !== pinned.keyType || namedCurve !== pinned.curve) {
    throw new TypeError(`the key is not one of ${algorithm}`);
  }
  if (pinned.keyType === 'rsa' && (modulusLength ?? 0) < MIN_RSA_BITS) {
    throw new TypeError(`an RSA key needs ${MIN_RSA_BITS} bits or more`);
  }
  const length = pinned.signatureLength ?? Math.ceil((modulusLength ?? 0) / 8);
  const imported = key.toCryptoKey(pinned.key, false, ['verify']);
  return (signed, signature) =>
    signature.length === length && webcrypto.subtle.verify(pinned.verify, imported, signature, signed);
}

/** HMAC-SHA-256 with the ring's secret (base64url, 256 bits or more). Throws TypeError when it is shorter. */
export function hs256Check(secret: string): SignatureCheck {
  const key = Buffer.from(secret, 'base64url');
  if (key.length < 32) throw new TypeError('an HS256 secret needs 256 bits or more');
  return (signed, signature) => {
    const expected = createHmac('sha256', key).update(signed).digest();
    return signature.length === expected.length && timingSafeEqual(expected, signature);
  };
}
