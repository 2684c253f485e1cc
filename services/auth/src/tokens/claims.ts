import { permissionsOf, type RolePermissions } from '@keyturn/runtime';

/** The user of a session, as far as a token tells of them. */
export interface TokenUser {
  readonly id: string;
  readonly email: string;
  readonly emailVerified?: unknown;
  readonly role?: unknown;
}

/** Claims beside `iss`, `aud`, `sub`, `iat`, `exp` and `jti`. A type, not an interface: Better Auth wants a record. */
export type UserClaims = {
  readonly email: string;
  /** Whether the user showed that the address is theirs, by a link of a mail or by a provider that says so. */
  readonly email_verified: boolean;
  readonly role: string;
  readonly permissions: readonly string[];
};

export const userClaims = ({ email, emailVerified, role }: TokenUser, permissions: RolePermissions): UserClaims => {
  const name = typeof role === 'string' && role !== '' ? role : 'user';
  const permitted = permissionsOf(name, permissions);
  return { email, email_verified: emailVerified === true, role: name, permissions: permitted };
};
