/** What the guard reads of a session. */
export interface SessionRow {
  readonly userId: string;
  readonly email: string | null;
  /** Whether the user showed that the address is theirs; absent = no. */
  readonly emailVerified?: boolean | null;
  readonly role: string | null;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** Where sessions are looked up. Rejects when the store cannot answer: that is a 503, not a bad session. */
export interface SessionStore {
  find(token: string): Promise<SessionRow | undefined>;
}

/** The part of pg's Pool that is used. */
export interface Queryable {
  query(statement: { name: string; text: string; values: unknown[] }): Promise<{ rows: Record<string, unknown>[] }>;
}

export interface PostgresSessionStoreOptions {
  readonly pool: Queryable;
  /** Schema of Better Auth's tables; default: the role's search path. */
  readonly schema?: string;
  /** Table of sessions; default `session`. */
  readonly sessionTable?: string;
  /** Table of users; default `user`. */
  readonly userTable?: string;
}

/**
 * Reads Better Auth's tables in PostgreSQL. It selects `token`, `userId`, `expiresAt` of the session and `id`, `email`,
 * `emailVerified`, `role` of the user, and nothing else: a database role that is granted these columns suffices.
 */
export function createPostgresSessionStore(options: PostgresSessionStoreOptions): SessionStore {
  const table = (name: string): string => [options.schema, name].filter(isName).map(quoted).join('.');
  const text = `SELECT u.id AS "userId", u.email AS "email", u."emailVerified" AS "emailVerified",
      u.role AS "role",
      (EXTRACT(EPOCH FROM s."expiresAt") * 1000)::float8 AS "expiresAt"
    FROM ${table(options.sessionTable ?? 'session')} s JOIN ${table(options.userTable ?? 'user')} u ON u.id = s."userId"
    WHERE s.token = $1`;
  return {
    async find(token) {
      const { rows } = await options.pool.query({ name: 'keyturn-session', text, values: [token] });
      const row = rows[0];
      return row && (row as unknown as SessionRow);
    },
  };
}

const isName = (name: string | undefined): name is string => name !== undefined;

const quoted = (name: string): string => {
  if (name === '' || name.includes('\0')) throw new TypeError('a name of a schema or table is empty');
  return `"${name.replaceAll('"', '""')}"`;
};
