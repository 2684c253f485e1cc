const NAMES = ['better-auth.session_token', '__Secure-better-auth.session_token'];

/** Whether a browser seems to be signed in. Only the auth service knows; this saves a page that would say no. */
export const hasSessionCookie = (cookies: { has(name: string): boolean }): boolean =>
  NAMES.some((name) => cookies.has(name));

/** Pages below the locale that need a session. */
const PROTECTED = /^\/(?:en|de)\/(?:tasks|account|admin|consent)(?:\/|$)/;

export const isProtected = (pathname: string): boolean => PROTECTED.test(pathname);
