import { createHmac, randomBytes } from 'node:crypto';
import { importJWK, type JWK, SignJWT } from 'jose';
import { CANARY_AUDIENCE, CANARY_TYP } from '@keyturn/keyring';
import type { RingDocument, RingKey } from '@keyturn/keyring/document';

/** A canary is for one question and one answer. */
const CANARY_LIFE_SECONDS = 60;

/**
 * A credential made with a key that does not sign yet, so that each process can show that it would accept it: a JWT of
 * typ `keyturn-canary+jwt` that every route refuses, or `<nonce>.<hmac>` for opaque secrets.
 *
 * Throws TypeError when the key has no material: it must be pending.
 */
export async function makeCanary(ring: RingDocument, kid: string, now: number): Promise<string> {
  const key = ring.keys.find((candidate) => candidate.kid === kid);
  if (!key?.jwk && key?.secret === undefined) throw new TypeError('a canary needs a pending key of the ring');
  return ring.algorithm === 'opaque' ? opaqueCanary(key) : tokenCanary(ring, key, Math.floor(now / 1000));
}

/** The HMAC-SHA-256, base64url, of the nonce under the text of the secret. */
export const canaryMac = (secret: string, nonce: string): string =>
  createHmac('sha256', secret).update(nonce).digest('base64url');

function opaqueCanary({ secret = '' }: RingKey): string {
  const nonce = randomBytes(16).toString('base64url');
  return `${nonce}.${canaryMac(secret, nonce)}`;
}

async function tokenCanary(ring: RingDocument, key: RingKey, seconds: number): Promise<string> {
  const signingKey = key.jwk
    ? await importJWK(key.jwk as unknown as JWK, ring.algorithm)
    : Buffer.from(key.secret ?? '', 'base64url');
  const token = new SignJWT({ jti: randomBytes(16).toString('base64url') })
    .setProtectedHeader({ typ: CANARY_TYP, alg: ring.algorithm, kid: key.kid })
    .setSubject('keyturn-canary')
    .setAudience(CANARY_AUDIENCE)
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + CANARY_LIFE_SECONDS);
  if (ring.issuer !== undefined) token.setIssuer(ring.issuer);
  return token.sign(signingKey);
}
