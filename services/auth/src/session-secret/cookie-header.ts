/** One `name=value` of a Cookie header, in its place. `value` is as it stands on the wire. */
export interface CookiePair {
  readonly name: string;
  readonly value: string;
}

/** Every part of a Cookie header in order; a part without `=` keeps an empty name. */
export const parseCookieHeader = (header: string): CookiePair[] =>
  header
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const equals = part.indexOf('=');
      if (equals < 0) return { name: '', value: part };
      return { name: part.slice(0, equals).trim(), value: unquote(part.slice(equals + 1).trim()) };
    });

export const formatCookieHeader = (pairs: readonly CookiePair[]): string =>
  pairs.map(({ name, value }) => (name === '' ? value : `${name}=${value}`)).join('; ');

/** The name without the prefix that a browser ties to HTTPS. */
export const plainCookieName = (name: string): string => name.replace(/^__(Secure|Host)-/, '');

const unquote = (value: string): string =>
  value.length >= 2 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
