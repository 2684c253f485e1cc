import { createHmac, randomBytes } from 'node:crypto';
import { CANARY_AUDIENCE, CANARY_TYP, type RingDocument } from '@keyturn/keyring';
import { importJWK, type JWK, SignJWT } from 'jose';

export const ISSUER = 'https://issuer.example';

export interface TokenOptions {
  /** Default: the active key. */
  readonly kid?: string;
  readonly header?: Readonly<Record<string, unknown>>;
  readonly claims?: Readonly<Record<string, unknown>>;
}

const keyOf = (ring: RingDocument, kid?: string) => {
  const key = ring.keys.find((key) => (kid === undefined ? key.state === 'active' : key.kid === kid));
  if (!key) throw new TypeError('the ring has no such key');
  return key;
};

/** A good access token of the user `anna`, unless the options say otherwise. */
export async function makeToken(ring: RingDocument, { kid, header, claims }: TokenOptions = {}): Promise<string> {
  const key = keyOf(ring, kid);
  const material = key.jwk
    ? await importJWK(key.jwk as unknown as JWK, ring.algorithm)
    : Buffer.from(key.secret ?? '', 'base64url');
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({
    sub: 'anna',
    iss: ring.issuer,
    aud: 'keyturn',
    iat: now,
    exp: now + 600,
    role: 'user',
    ...claims,
  })
    .setProtectedHeader({ alg: ring.algorithm, kid: key.kid, ...header })
    .sign(material);
}

/** As the operator makes it: a token of a type and an audience of its own. */
export const makeCanary = (ring: RingDocument, kid: string, claims: Record<string, unknown> = {}): Promise<string> =>
  makeToken(ring, {
    kid,
    header: { typ: CANARY_TYP },
    claims: { sub: 'keyturn-canary', aud: CANARY_AUDIENCE, ...claims },
  });

/** `<nonce>.<base64url of HMAC-SHA-256 over the nonce>`, under the text of the secret. */
export function makeOpaqueCanary(ring: RingDocument, kid: string): string {
  const nonce = randomBytes(16).toString('base64url');
  const mac = createHmac('sha256', keyOf(ring, kid).secret ?? '').update(nonce);
  return `${nonce}.${mac.digest('base64url')}`;
}

/** A cookie as Better Auth signs it. */
export const signCookie = (secret: string, token: string): string =>
  encodeURIComponent(`${token}.${createHmac('sha256', secret).update(token).digest('base64')}`);
