import { permissionsOf, type RolePermissions } from '../configuration/role-permissions.js';

/** The user of a session, as far as a token tells of them. */
export interface TokenUser {
  readonly id: string;
  readonly email: string;
  readonly role?: unknown;
}

/** Claims beside `iss`, `aud`, `sub`, `iat`, `exp` and `jti`. A type, not an interface: Better Auth wants a record. */
export type UserClaims = {
  readonly email: string;
  readonly role: string;
  readonly permissions: readonly string[];
};

export const userClaims = ({ email, role }: TokenUser, permissions: RolePermissions): UserClaims => {
  const name = typeof role === 'string' && role !== '' ? role : 'user';
  return { email, role: name, permissions: permissionsOf(name, permissions) };
};
