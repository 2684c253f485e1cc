import { createRemoteJWKSet, jwtVerify } from 'jose';
import { bearerGuard } from './bearer-guard.js';
import type { Variant } from './index.js';

/** jose with a remote JWKS. */
export const jose: Variant = ({ issuer, audience, jwksUrl }) => {
  const keys = createRemoteJWKSet(new URL(jwksUrl));
  const options = { issuer, audience, algorithms: ['ES256'] };
  return { providers: [bearerGuard(async (token) => (await jwtVerify(token, keys, options)).payload)] };
};
