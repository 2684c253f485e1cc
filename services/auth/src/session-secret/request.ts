import { carryBearer } from './bearer.js';
import { type CarriedCookies, carryCookies, type OlderTrustedDevice } from './cookies.js';
import { carryJwt, jwtClaims } from './signed-jwt.js';
import type { SigningSecrets } from './signing-secret.js';

/** What of a request may be signed. */
export interface SignedParts {
  readonly cookie: string | null;
  readonly authorization: string | null;
}

/** The parts to replace; an absent member stays as it was. */
export interface CarriedParts {
  readonly cookie?: string;
  readonly authorization?: string;
  /** For `set-auth-token`: the bearer token signed by the active secret. */
  readonly bearer?: string;
  /** Cookies that the client may keep in their new form. */
  readonly resigned: CarriedCookies['resigned'];
  readonly trustedDevice?: OlderTrustedDevice;
}

/** Headers as if the active secret had signed what an older one did; for requests and for calls of `auth.api`. */
export const carryHeaders = (parts: SignedParts, secrets: SigningSecrets, cookiePrefix: string): CarriedParts => {
  const cookies = parts.cookie === null ? undefined : carryCookies(parts.cookie, secrets, cookiePrefix);
  const bearer = parts.authorization === null ? undefined : carryBearer(parts.authorization, secrets);
  return {
    resigned: cookies?.resigned ?? new Map(),
    ...(cookies && { cookie: cookies.header }),
    ...(bearer !== undefined && { bearer, authorization: `Bearer ${bearer}` }),
    ...(cookies?.trustedDevice && { trustedDevice: cookies.trustedDevice }),
  };
};

/** Paths whose `token` is a JWT signed with the session secret. Reset links hold a database token instead. */
const LINKS = ['/verify-email'] as const;

/** What Better Auth takes for a token that nobody signed. */
const REFUSED = 'refused';

/**
 * The URL of a mail link with its token signed by the active secret; the same URL when nothing changes.
 *
 * A link that would change an address is refused. Nobody is sent one, since that feature is off, but Better Auth would
 * follow it and sign its bearer in: whoever knows the session secret could make one for any account.
 */
export const carryLink = (url: string, secrets: SigningSecrets): string => {
  const parsed = new URL(url);
  if (!LINKS.some((path) => parsed.pathname.endsWith(path))) return url;
  const token = parsed.searchParams.get('token');
  const carried = token === null ? undefined : changesAddress(token) ? REFUSED : carryJwt(token, secrets);
  if (carried === undefined) return url;
  parsed.searchParams.set('token', carried);
  return parsed.href;
};

const changesAddress = (token: string): boolean => {
  const claims = jwtClaims(token);
  return claims === undefined || 'updateTo' in claims || 'requestType' in claims;
};
