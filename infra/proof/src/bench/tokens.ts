import { createPrivateKey, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { calculateJwkThumbprint, type JWK } from 'jose';

/** Tokens for the benchmark, signed with node:crypto because tens of thousands are needed. */
export interface Mint {
  readonly kid: string;
  readonly publicJwk: JWK;
  readonly privateJwk: JWK;
  token(): string;
}

export const ISSUER = 'http://localhost:8080';
export const AUDIENCE = 'keyturn';

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** ES256 tokens of the shape that the issuer makes, valid for an hour; each has its own subject and id. */
export async function createMint(): Promise<Mint> {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const privateJwk = pair.privateKey.export({ format: 'jwk' }) as JWK;
  const publicJwk = pair.publicKey.export({ format: 'jwk' }) as JWK;
  const kid = await calculateJwkThumbprint(publicJwk);
  const key = createPrivateKey({ key: privateJwk as import('node:crypto').JsonWebKey, format: 'jwk' });
  const header = encode({ typ: 'JWT', alg: 'ES256', kid });
  const token = (): string => {
    const now = Math.floor(Date.now() / 1000);
    const sub = randomUUID();
    const claims = {
      sub,
      iss: ISSUER,
      aud: AUDIENCE,
      iat: now,
      exp: now + 3600,
      jti: randomUUID(),
      email: `${sub}@example.com`,
      role: 'user',
      permissions: ['tasks:read', 'tasks:write'],
    };
    const input = `${header}.${encode(claims)}`;
    const signature = sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });
    return `${input}.${signature.toString('base64url')}`;
  };
  return {
    kid,
    publicJwk: { ...publicJwk, kid, alg: 'ES256', use: 'sig' },
    privateJwk: { ...privateJwk, kid, alg: 'ES256', use: 'sig' },
    token,
  };
}
