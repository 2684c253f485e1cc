/** An origin that is nobody's: an address that leaves it would have left ours. */
const HERE = 'http://keyturn.invalid';

/** Pages of this site, always below a locale. */
const PAGE = /^\/(?:en|de)(?:\/[\w.~-]+)*\/?$/;

/** Pages that make no sense as the end of a sign-in. */
const ABOUT_SIGNING_IN = /^\/\w+\/(?:sign-in|sign-up|verify|reset|two-factor)(?:\/|$)/;

/**
 * Where to go after a sign-in: `asked` if it is a page of this site, else `otherwise`. What is returned always begins with
 * `/<locale>`, so it cannot lead to another origin, nor to an API.
 */
export const safeCallback = (asked: string | null | undefined, otherwise: string): string => {
  if (!asked?.startsWith('/') || !URL.canParse(asked, HERE)) return otherwise;
  const { origin, pathname, search } = new URL(asked, HERE);
  if (origin !== HERE || !PAGE.test(pathname) || ABOUT_SIGNING_IN.test(pathname)) return otherwise;
  return `${pathname}${search}`;
};

/** The sign-in page that comes back to `page`. */
export const signInPath = (locale: string, page: string): string =>
  `/${locale}/sign-in?callback=${encodeURIComponent(page)}`;
