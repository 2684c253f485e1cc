/** The attributes that Better Auth gives a cookie. */
export interface CookieAttributes {
  readonly path?: string | undefined;
  readonly domain?: string | undefined;
  /** Seconds. */
  readonly maxAge?: number | undefined;
  readonly httpOnly?: boolean | undefined;
  readonly secure?: boolean | undefined;
  readonly sameSite?: string | undefined;
  readonly partitioned?: boolean | undefined;
}

/** A Set-Cookie line; `value` is not percent-encoded. */
export const formatSetCookie = (name: string, value: string, attributes: CookieAttributes): string => {
  const { path, domain, maxAge, httpOnly, secure, sameSite, partitioned } = attributes;
  return [
    `${name}=${encodeURIComponent(value)}`,
    maxAge !== undefined && `Max-Age=${Math.floor(maxAge)}`,
    domain && `Domain=${domain}`,
    path && `Path=${path}`,
    httpOnly && 'HttpOnly',
    secure && 'Secure',
    sameSite && `SameSite=${sameSite.charAt(0).toUpperCase()}${sameSite.slice(1).toLowerCase()}`,
    partitioned && 'Partitioned',
  ]
    .filter((part) => typeof part === 'string')
    .join('; ');
};

export const cookieNameOf = (setCookie: string): string => setCookie.slice(0, setCookie.indexOf('=')).trim();

/** Whether a Set-Cookie line removes the cookie. Better Auth removes with an empty value and `Max-Age=0`. */
export const isRemoval = (setCookie: string): boolean =>
  /^[^=]*=\s*(;|$)/.test(setCookie) || /;\s*max-age=(0|-\d+)\s*(;|$)/i.test(setCookie);
