import { grants } from '@keyturn/guard';
import { permissionsOf, type RolePermissions } from '@keyturn/runtime';
import { OPENID_SCOPES } from './scopes.js';

/** The user on whose behalf a client asks; a machine asks on its own. */
export interface ClientUser {
  readonly email: string;
  readonly emailVerified?: unknown;
  readonly role?: unknown;
}

const isPermission = (scope: string): boolean => !(OPENID_SCOPES as readonly string[]).includes(scope);

/**
 * Claims of a client's access token besides those that the protocol has. Its permissions are its scopes: all of them for a
 * machine, and for a client of a user those that the user's roles permit at this moment. A client never gets a user's role:
 * it would permit more than the user agreed to.
 */
export const clientClaims = (
  user: ClientUser | undefined,
  scopes: readonly string[],
  rolePermissions: RolePermissions,
): Record<string, unknown> => {
  const wanted = scopes.filter(isPermission);
  if (!user) return { permissions: wanted };
  const role = typeof user.role === 'string' && user.role !== '' ? user.role : 'user';
  const permitted = permissionsOf(role, rolePermissions);
  return {
    permissions: wanted.filter((scope) => grants(permitted, scope)),
    ...(scopes.includes('email') && { email: user.email, email_verified: user.emailVerified === true }),
  };
};
