import { randomBytes } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import type { PrivateJwk, RingAlgorithm, SigningAlgorithm } from '../document/document.js';

export interface TestKeyMaterial {
  readonly kid: string;
  readonly jwk?: PrivateJwk;
  readonly secret?: string;
}

const isSecret = (algorithm: RingAlgorithm): algorithm is 'HS256' | 'opaque' =>
  algorithm === 'HS256' || algorithm === 'opaque';

const signingKey = async (algorithm: SigningAlgorithm): Promise<TestKeyMaterial> => {
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true });
  const jwk = await exportJWK(privateKey);
  const kid = await calculateJwkThumbprint(jwk);
  return { kid, jwk: { ...jwk, alg: algorithm, use: 'sig', kid } as PrivateJwk };
};

/** A real key of the algorithm: its kid is the thumbprint (RFC 7638), of a secret it is random. */
export const createTestKeyMaterial = async (algorithm: RingAlgorithm): Promise<TestKeyMaterial> =>
  isSecret(algorithm)
    ? { kid: randomBytes(9).toString('base64url'), secret: randomBytes(32).toString('base64url') }
    : signingKey(algorithm);
