import { createHmac, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import type { PublicJwk, RingAlgorithm, SigningAlgorithm } from '@keyturn/keyring';

/** A key of the test issuer: real, made by the system's generator. */
export interface TestKey {
  readonly kid: string;
  readonly jwk?: PublicJwk;
  readonly secret?: string;
  /** Signs the bytes of `<header>.<payload>` as JWS wants it. */
  sign(signed: string): Buffer;
}

const generate = (algorithm: SigningAlgorithm): { publicKey: KeyObject; privateKey: KeyObject } => {
  switch (algorithm) {
    case 'ES256':
      return generateKeyPairSync('ec', { namedCurve: 'P-256' });
    case 'ES384':
      return generateKeyPairSync('ec', { namedCurve: 'P-384' });
    case 'EdDSA':
      return generateKeyPairSync('ed25519');
    default:
      return generateKeyPairSync('rsa', { modulusLength: 2048 });
  }
};

const DIGEST: Readonly<Record<SigningAlgorithm, string | null>> = {
  ES256: 'sha256',
  ES384: 'sha384',
  RS256: 'sha256',
  PS256: 'sha256',
  EdDSA: null,
};

const signer = (algorithm: SigningAlgorithm, key: KeyObject) => (signed: string) =>
  sign(DIGEST[algorithm], Buffer.from(signed), {
    key,
    ...(algorithm.startsWith('ES') && { dsaEncoding: 'ieee-p1363' as const }),
    ...(algorithm === 'PS256' && { padding: 6, saltLength: 32 }),
  });

const secretKey = (kid: string): TestKey => {
  const secret = randomBytes(32).toString('base64url');
  const bytes = Buffer.from(secret, 'base64url');
  return { kid, secret, sign: (signed) => createHmac('sha256', bytes).update(signed).digest() };
};

export function createTestKey(algorithm: RingAlgorithm): TestKey {
  const kid = randomBytes(16).toString('base64url');
  if (algorithm === 'HS256' || algorithm === 'opaque') return secretKey(kid);
  const { publicKey, privateKey } = generate(algorithm);
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid, alg: algorithm, use: 'sig' } as PublicJwk;
  return { kid, jwk, sign: signer(algorithm, privateKey) };
}
