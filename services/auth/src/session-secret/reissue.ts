import { plainCookieName } from './cookie-header.js';
import { cookieNameOf, type CookieAttributes, formatSetCookie } from './set-cookie.js';

/** A cookie as Better Auth's context describes it. */
export interface CookieDescription {
  readonly name: string;
  readonly attributes: CookieAttributes;
}

/** Cookies that live as long as the session; others are renewed whenever they are used. */
export interface ReissuedCookies {
  readonly sessionToken: CookieDescription;
  readonly dontRememberToken: CookieDescription;
}

/**
 * Set-Cookie lines that give the browser its session in the new form, except for cookies that the response sets or
 * removes itself. A session that is not to be remembered stays a cookie of the browser session.
 */
export const reissuedSetCookies = (
  resigned: ReadonlyMap<string, string>,
  cookies: ReissuedCookies,
  request: { readonly cookieNames: readonly string[] },
  response: { readonly setCookies: readonly string[] },
): string[] => {
  const alreadySet = new Set(response.setCookies.map(cookieNameOf));
  const { sessionToken, dontRememberToken } = cookies;
  const remembered = !request.cookieNames.some(
    (name) => plainCookieName(name) === plainCookieName(dontRememberToken.name),
  );
  const lasting = remembered ? sessionToken.attributes : { ...sessionToken.attributes, maxAge: undefined };
  return [
    { name: sessionToken.name, attributes: lasting },
    { name: dontRememberToken.name, attributes: { ...dontRememberToken.attributes, maxAge: undefined } },
  ].flatMap(({ name, attributes }) => {
    const value = resigned.get(name);
    return value === undefined || alreadySet.has(name) ? [] : [formatSetCookie(name, value, attributes)];
  });
};
