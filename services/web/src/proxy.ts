import createMiddleware from 'next-intl/middleware';
import { type NextRequest, NextResponse } from 'next/server';
import { readEnvironment } from '@/environment';
import { routing } from '@/i18n/routing';
import { signInPath } from '@/security/callback';
import { contentSecurityPolicy, HSTS, SECURITY_HEADERS } from '@/security/headers';
import { hasSessionCookie, isProtected } from '@/session/cookie';

const withLocale = createMiddleware(routing);

/** Before every page: its locale, its policy with a fresh nonce, and no protected page without a session cookie. */
export function proxy(request: NextRequest): NextResponse {
  const { pathname, search } = request.nextUrl;
  const nonce = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))));
  const secure = readEnvironment().baseUrl.startsWith('https:');
  const policy = contentSecurityPolicy(nonce, secure);
  // Next takes the nonce for its own scripts from the policy of the request.
  request.headers.set('content-security-policy', policy);
  request.headers.set('x-nonce', nonce);
  request.headers.set('x-page', `${pathname}${search}`);
  const response =
    isProtected(pathname) && !hasSessionCookie(request.cookies)
      ? NextResponse.redirect(new URL(signInPath(pathname.slice(1, 3), `${pathname}${search}`), request.nextUrl))
      : withLocale(request);
  response.headers.set('content-security-policy', policy);
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.headers.set(name, value);
  if (secure) response.headers.set('strict-transport-security', HSTS);
  return response;
}

/** Pages, also those that are not there; not their files (`/_next`, the icon), health, nor what other services answer. */
export const config = { matcher: ['/((?!_next|_keyturn|api|readyz|icon\\.svg).*)'] };
