/** Better Auth's default; its cookies are `better-auth.<name>`, over HTTPS with `__Secure-` before. */
export const COOKIE_PREFIX = 'better-auth';

/** The session's cookie, at this base URL. */
export const sessionCookie = (base: string): string =>
  `${base.startsWith('https:') ? '__Secure-' : ''}${COOKIE_PREFIX}.session_token`;
