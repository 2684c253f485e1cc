import { carryBearer } from './bearer.js';
import { type CarriedCookies, carryCookies, type OlderTrustedDevice } from './cookies.js';
import { carryJwt } from './signed-jwt.js';
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

/** The URL of a mail link with its token signed by the active secret; the same URL when nothing changes. */
export const carryLink = (url: string, secrets: SigningSecrets): string => {
  const parsed = new URL(url);
  if (!LINKS.some((path) => parsed.pathname.endsWith(path))) return url;
  const token = parsed.searchParams.get('token');
  const carried = token === null ? undefined : carryJwt(token, secrets);
  if (carried === undefined) return url;
  parsed.searchParams.set('token', carried);
  return parsed.href;
};
