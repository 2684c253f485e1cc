import { Pool } from 'undici';
import { bearerGuard } from './bearer-guard.js';
import type { Variant } from './index.js';

/** RFC 7662: each request asks the issuer whether the token is active. */
export const introspection: Variant = ({ introspectionUrl }) => {
  const { origin, pathname } = new URL(introspectionUrl);
  const pool = new Pool(origin, { connections: 32 });
  const ask = async (token: string): Promise<object> => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const body = new URLSearchParams({ token }).toString();
    const answer = await pool.request({ method: 'POST', path: pathname, headers, body });
    const claims = (await answer.body.json()) as { active?: boolean };
    if (!claims.active) throw new Error('inactive');
    return claims;
  };
  return { providers: [bearerGuard(ask)] };
};
