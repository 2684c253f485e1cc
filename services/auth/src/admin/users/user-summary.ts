/** A row of the user table, as far as administrators see it. */
export interface UserRow {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly role: string | null;
  readonly emailVerified: boolean;
  readonly twoFactorEnabled: boolean | null;
  readonly disabledAt: Date | null;
  readonly createdAt: Date;
  /** Sessions that have not ended. */
  readonly sessions: number;
  /** `createdAt` to the microsecond, for cursors. */
  readonly position: string;
}

/** A user as an administrator sees them. Times are RFC 3339. */
export interface UserSummary {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly emailVerified: boolean;
  readonly twoFactor: boolean;
  /** null: not disabled. */
  readonly disabledAt: string | null;
  readonly createdAt: string;
  readonly sessions: number;
}

export const userSummary = (row: UserRow): UserSummary => ({
  id: row.id,
  email: row.email,
  name: row.name,
  roles: rolesOf(row.role),
  emailVerified: row.emailVerified,
  twoFactor: row.twoFactorEnabled === true,
  disabledAt: row.disabledAt?.toISOString() ?? null,
  createdAt: row.createdAt.toISOString(),
  sessions: row.sessions,
});

/** Better Auth joins several roles with commas. */
export const rolesOf = (role: string | null): string[] => (role ?? '').split(',').flatMap((name) => name.trim() || []);
