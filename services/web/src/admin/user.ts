/** What the admin API says of a user. Times are RFC 3339. */
export interface UserEntry {
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

export interface UserPage {
  readonly users: readonly UserEntry[];
  readonly nextCursor: string | null;
  /** The roles that there are. */
  readonly roles: readonly string[];
}

export const CHANGES = ['roles', 'sign-out', 'disable', 'enable'] as const;
export type ChangeKind = (typeof CHANGES)[number];

/** What an administrator is about to do to a user. */
export interface UserChange {
  readonly kind: ChangeKind;
  readonly user: UserEntry;
}

const LIMIT = 25;

/** Where a page of the list is, from the beginning without a cursor. */
export const usersPath = (search: string | undefined, cursor: string | undefined): string => {
  const query = new URLSearchParams({ limit: String(LIMIT) });
  if (search?.trim()) query.set('search', search.trim());
  if (cursor !== undefined) query.set('cursor', cursor);
  return `/api/admin/users?${query}`;
};

export interface Call {
  readonly path: string;
  readonly method: 'PATCH' | 'POST';
  readonly body: object;
}

/** The request that does it; `roles` are those that the user is to have. */
export const callOf = ({ kind, user }: UserChange, roles: readonly string[]): Call => {
  const path = `/api/admin/users/${encodeURIComponent(user.id)}`;
  return kind === 'roles'
    ? { path, method: 'PATCH', body: { roles } }
    : { path: `${path}/${kind}`, method: 'POST', body: {} };
};

/** What can be done to a user as they are. */
export const changesFor = ({ disabledAt }: UserEntry): readonly ChangeKind[] =>
  disabledAt === null ? ['roles', 'sign-out', 'disable'] : ['roles', 'enable'];

/** What will happen, in the order in which it does; `self`: to the administrator who does it. */
export const consequences = (kind: ChangeKind, self: boolean) => [...CONSEQUENCES[kind], ...(self ? SELF[kind] : [])];

const CONSEQUENCES = {
  roles: ['roles.next', 'roles.stays'],
  'sign-out': ['sign-out.ends', 'tokens', 'sign-out.again'],
  disable: ['disable.ends', 'disable.refused', 'tokens', 'disable.kept'],
  enable: ['enable.signsIn'],
} as const;

const SELF = { roles: ['self.roles'], 'sign-out': ['self.out'], disable: ['self.out'], enable: [] } as const;
