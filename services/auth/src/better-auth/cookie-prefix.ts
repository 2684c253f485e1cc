/** Better Auth's default; its cookies are `better-auth.<name>`, over HTTPS with `__Secure-` before. */
export const COOKIE_PREFIX = 'better-auth';
