import { createVerifier } from 'fast-jwt';
import { bearerGuard } from './bearer-guard.js';
import type { Variant } from './index.js';

/** fast-jwt with a fixed public key: no rotation at all, so it has the least to do. */
export const fastJwt =
  ({ cache }: { cache: boolean }): Variant =>
  ({ issuer, audience, publicPem }) => {
    const verify = createVerifier({
      key: publicPem,
      algorithms: ['ES256'],
      allowedIss: issuer,
      allowedAud: audience,
      cache: cache ? 10_000 : false,
    });
    return { providers: [bearerGuard(async (token) => verify(token) as object)] };
  };
