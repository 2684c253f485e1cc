import type { CredentialSource } from '../core/index.js';
import type { GuardedRequest } from './request.js';

/** Where the guard looks for a credential. */
export interface CredentialOptions {
  /** Read `Authorization: Bearer`; default true. It comes before a cookie. */
  readonly header?: boolean;
  /** Names of cookies to read, in order; default none. Over HTTPS Better Auth adds the prefix `__Secure-`. */
  readonly cookie?: string | readonly string[];
}

export interface Credential {
  readonly value: string;
  readonly source: CredentialSource;
}

export type CredentialReader = (request: GuardedRequest) => Credential | undefined;

/** Throws TypeError when no place is left to look at. */
export function createCredentialReader({ header = true, cookie = [] }: CredentialOptions): CredentialReader {
  const cookies = typeof cookie === 'string' ? [cookie] : cookie;
  if (!header && cookies.length === 0) throw new TypeError('header, cookie: at least one place for the credential');
  return ({ headers }) => {
    const bearer = header ? bearerOf(headers.authorization) : undefined;
    if (bearer !== undefined) return { value: bearer, source: 'header' };
    if (cookies.length === 0 || headers.cookie === undefined) return undefined;
    const value = cookieOf(headers.cookie, cookies);
    return value === undefined ? undefined : { value, source: 'cookie' };
  };
}

/** RFC 6750, 2.1; the scheme's case does not matter (RFC 9110, 11.1). Another scheme is no credential for us. */
function bearerOf(authorization: string | undefined): string | undefined {
  if (authorization === undefined || authorization.charCodeAt(6) !== 0x20) return undefined;
  if (authorization.slice(0, 6).toLowerCase() !== 'bearer') return undefined;
  return authorization.slice(7).trim();
}

function cookieOf(header: string, names: readonly string[]): string | undefined {
  const found = new Map<string, string>();
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=');
    const name = pair.slice(0, equals).trim();
    if (equals > 0 && names.includes(name) && !found.has(name)) found.set(name, pair.slice(equals + 1).trim());
  }
  const name = names.find((candidate) => found.get(candidate));
  return name === undefined ? undefined : decoded(found.get(name) ?? '');
}

function decoded(value: string): string {
  const bare = value.length > 1 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
  try {
    return decodeURIComponent(bare);
  } catch {
    return bare;
  }
}
