/** Who makes the request. The same for every way of verification. */
export type VerificationMethod = 'ring' | 'sharedSecret' | 'jwks' | 'session';

/**
 * Deeply frozen: one principal is shared by all requests that carry the same credential.
 */
export interface Principal {
  /** The subject: the user's id. Equal to `userId`. */
  readonly sub: string;
  readonly userId: string;
  readonly email?: string;
  /** Whether the issuer knows that `email` is the user's: `email_verified` is `true`. Without it, anybody may have typed it. */
  readonly emailVerified: boolean;
  /** The `role` claim as it came; Better Auth joins several roles with commas. */
  readonly role?: string;
  /** All roles, from `role` and `roles`. */
  readonly roles: readonly string[];
  /** From `permissions`; `*` grants all, `tasks:*` all that begin with `tasks:`. */
  readonly permissions: readonly string[];
  /** From `scope` (RFC 8693: separated by spaces). */
  readonly scopes: readonly string[];
  /** From `aud`; for a session, the audience that the verifier was given. */
  readonly audiences: readonly string[];
  /** When the credential ends, epoch milliseconds. */
  readonly expiresAt: number;
  readonly method: VerificationMethod;
  /** All claims of the token; for a session `sub`, `email`, `email_verified`, `role` and `permissions`. */
  readonly claims: Readonly<Record<string, unknown>>;
}

/** Whether one of the granted permissions covers the wanted one. */
export function grants(granted: readonly string[], wanted: string): boolean {
  for (const permission of granted) {
    if (permission === wanted || permission === '*') return true;
    if (permission.endsWith(':*') && wanted.startsWith(permission.slice(0, -1))) return true;
  }
  return false;
}

/** Roles as Better Auth writes them: separated by commas. */
export const splitRoles = (role: string | undefined): string[] =>
  role
    ? role
        .split(',')
        .map((name) => name.trim())
        .filter(Boolean)
    : [];

export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) deepFreeze(member);
  }
  return value;
}
