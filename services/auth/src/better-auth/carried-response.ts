import { type CarriedParts, isRemoval, parseCookieHeader, reissuedSetCookies } from '../session-secret/index.js';
import type { Generation } from './generation.js';

const TOKEN_HEADER = 'set-auth-token';
const EXPOSE = 'access-control-expose-headers';

/** The response, with what the client holds in the form of the active secret. */
export const reissue = (
  request: Request,
  carried: CarriedParts,
  response: Response,
  generation: Generation,
): Response => {
  const cookies = reissuedSetCookies(
    carried.resigned,
    generation.context.authCookies,
    { cookieNames: parseCookieHeader(request.headers.get('cookie') ?? '').map(({ name }) => name) },
    { setCookies: response.headers.getSetCookie() },
  );
  const bearer = response.headers.has(TOKEN_HEADER) ? undefined : carried.bearer;
  if (cookies.length === 0 && bearer === undefined) return response;
  const headers = new Headers(response.headers);
  for (const cookie of cookies) headers.append('set-cookie', cookie);
  if (bearer !== undefined) {
    headers.set(TOKEN_HEADER, bearer);
    const exposed = new Set((headers.get(EXPOSE) ?? '').split(',').flatMap((name) => name.trim() || []));
    headers.set(EXPOSE, [...exposed.add(TOKEN_HEADER)].join(', '));
  }
  return withHeaders(response, headers);
};

/** The response without anything that was signed for it; removals of cookies stay. */
export const withoutSigned = (response: Response): Response => {
  const signed = response.headers.getSetCookie().filter((line) => !isRemoval(line));
  if (signed.length === 0 && !response.headers.has(TOKEN_HEADER)) return response;
  const headers = new Headers(response.headers);
  headers.delete(TOKEN_HEADER);
  headers.delete('set-cookie');
  for (const line of response.headers.getSetCookie().filter(isRemoval)) headers.append('set-cookie', line);
  return withHeaders(response, headers);
};

const withHeaders = (response: Response, headers: Headers): Response =>
  new Response(response.body, { status: response.status, statusText: response.statusText, headers });
