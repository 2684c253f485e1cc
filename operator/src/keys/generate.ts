import { randomBytes } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, type GenerateKeyPairOptions, generateKeyPair, type JWK } from 'jose';
import {
  type PrivateJwk,
  type RingAlgorithm,
  SECRET_ALGORITHMS,
  type SecretAlgorithm,
  type SigningAlgorithm,
} from '@keyturn/keyring/document';
import type { FreshKey } from '../planner/index.js';

/** 256 bits: what HS256 asks for at least (RFC 7518, 3.2), and what session secrets get. */
const SECRET_BYTES = 32;
const RSA_BITS = 3072;

const isSecretAlgorithm = (algorithm: RingAlgorithm): algorithm is SecretAlgorithm =>
  (SECRET_ALGORITHMS as readonly string[]).includes(algorithm);

/**
 * A fresh key for a ring: a key pair whose kid is its RFC 7638 thumbprint, or a secret with a random kid. No kid begins
 * with `-`, so that it can be typed as an argument of a command; one in 64 would.
 */
export async function generateKey(algorithm: RingAlgorithm): Promise<FreshKey> {
  for (;;) {
    const key = isSecretAlgorithm(algorithm) ? generateSecret() : await generatePair(algorithm);
    if (!key.kid.startsWith('-')) return key;
  }
}

function generateSecret(): FreshKey {
  return { kid: randomBytes(16).toString('base64url'), secret: randomBytes(SECRET_BYTES).toString('base64url') };
}

async function generatePair(alg: SigningAlgorithm): Promise<FreshKey> {
  const options: GenerateKeyPairOptions = {
    extractable: true,
    ...(alg === 'EdDSA' && { crv: 'Ed25519' }),
    ...((alg === 'RS256' || alg === 'PS256') && { modulusLength: RSA_BITS }),
  };
  const { privateKey } = await generateKeyPair(alg, options);
  return { ...(await asRingKey(await exportJWK(privateKey), alg)) };
}

/** A private JWK with the members that a ring expects; also for keys that are imported. */
export async function asRingKey(jwk: JWK, alg: SigningAlgorithm): Promise<FreshKey & { readonly jwk: PrivateJwk }> {
  const kid = jwk.kid ?? (await calculateJwkThumbprint(jwk));
  return { kid, jwk: { ...jwk, alg, use: 'sig', kid } as unknown as PrivateJwk };
}
