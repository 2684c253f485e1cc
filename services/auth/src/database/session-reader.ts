import type { Logger } from '@keyturn/runtime';
import type { PoolClient } from 'pg';

/** The database role of services that verify by looking the session up; it reads these columns and nothing else. */
export const SESSION_READER = 'keyturn_session_reader';
const READABLE: Readonly<Record<string, readonly string[]>> = {
  session: ['token', 'userId', 'expiresAt'],
  user: ['id', 'email', 'emailVerified', 'role'],
};

/** SQLSTATE of a role that another database's migration made at the same moment, and of a role that may not make roles. */
const EXISTS = ['42710', '23505'];
const FORBIDDEN = '42501';

export interface SessionReaderOptions {
  readonly password: string | undefined;
  readonly logger: Logger;
}

/** Creates the role if the migrating one may, and grants the columns. Roles belong to the server, not to one database. */
export const grantSessionReader = async (client: PoolClient, options: SessionReaderOptions): Promise<void> => {
  const { password, logger } = options;
  if (!(await ensureRole(client))) {
    logger.warn(
      { role: SESSION_READER },
      'the role for session lookup is missing and must be made by an administrator',
    );
    return;
  }
  if (password !== undefined) await setPassword(client, password);
  await client.query(`GRANT USAGE ON SCHEMA public TO ${SESSION_READER}`);
  for (const [table, columns] of Object.entries(READABLE)) {
    const list = columns.map((column) => client.escapeIdentifier(column)).join(', ');
    await client.query(`REVOKE ALL ON ${client.escapeIdentifier(table)} FROM ${SESSION_READER}`);
    await client.query(`GRANT SELECT (${list}) ON ${client.escapeIdentifier(table)} TO ${SESSION_READER}`);
  }
};

/** Migrations of several databases share the role, and no lock spans databases: the server refuses one of two changes. */
const setPassword = async (client: PoolClient, password: string, attempts = 10): Promise<void> => {
  try {
    await client.query(`ALTER ROLE ${SESSION_READER} LOGIN PASSWORD ${client.escapeLiteral(password)}`);
  } catch (error) {
    const collided = String((error as Error).message).includes('tuple concurrently updated');
    if (!collided || attempts <= 1) throw error;
    await setPassword(client, password, attempts - 1);
  }
};

const ensureRole = async (client: PoolClient): Promise<boolean> => {
  const { rowCount } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [SESSION_READER]);
  if (rowCount) return true;
  try {
    await client.query(`CREATE ROLE ${SESSION_READER} NOLOGIN`);
    return true;
  } catch (error) {
    const { code } = error as { code?: string };
    if (code !== undefined && EXISTS.includes(code)) return true;
    if (code === FORBIDDEN) return false;
    throw error;
  }
};
