import type { Pool, PoolClient } from 'pg';
import { LOCKS, withLock } from '../../database/advisory-lock.js';
import { endGrants } from '../../oauth/grants.js';
import type { UserQuery } from './user-input.js';
import { rolesOf, type UserRow } from './user-summary.js';

/** What becomes of a change. */
export type Changed = UserRow | 'unknown' | 'last-administrator';

const COLUMNS = `u."id", u."email", u."name", u."role", u."emailVerified", u."twoFactorEnabled", u."disabledAt", u."createdAt",
  to_char(u."createdAt" AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') || '+00' AS "position",
  (SELECT count(*)::int FROM "session" s WHERE s."userId" = u."id" AND s."expiresAt" > now()) AS "sessions"`;

/** Users in the database, the newest first; one more than asked for tells that there are more. */
export const listUsers = async (pool: Pool, { search, limit, after }: UserQuery): Promise<UserRow[]> => {
  const pattern = search === undefined ? null : `%${search.replaceAll(/[\\%_]/g, (special) => `\\${special}`)}%`;
  const { rows } = await pool.query<UserRow>(
    `SELECT ${COLUMNS} FROM "user" u
     WHERE ($1::text IS NULL OR u."email" ILIKE $1)
       AND ($2::timestamptz IS NULL OR (u."createdAt", u."id") < ($2::timestamptz, $3))
     ORDER BY u."createdAt" DESC, u."id" DESC LIMIT $4`,
    [pattern, after?.createdAt ?? null, after?.id ?? null, limit + 1],
  );
  return rows;
};

export const findUser = async (database: Pick<Pool | PoolClient, 'query'>, id: string): Promise<UserRow | undefined> =>
  (await database.query<UserRow>(`SELECT ${COLUMNS} FROM "user" u WHERE u."id" = $1`, [id])).rows[0];

export const setRoles = (pool: Pool, id: string, role: string): Promise<Changed> =>
  change(pool, id, { stays: rolesOf(role).includes('admin') }, async (client) => {
    await client.query('UPDATE "user" SET "role" = $2, "updatedAt" = now() WHERE "id" = $1', [id, role]);
  });

/** From then on nobody signs in, and what the user is signed in with ends: the mark first, for sign-ins under way. */
export const disableUser = (pool: Pool, id: string): Promise<Changed> =>
  change(pool, id, { stays: false }, async (client) => {
    const mark = 'UPDATE "user" SET "disabledAt" = coalesce("disabledAt", now()), "updatedAt" = now() WHERE "id" = $1';
    await client.query(mark, [id]);
    await endSessions(client, id);
  });

export const enableUser = (pool: Pool, id: string): Promise<Changed> =>
  change(pool, id, { stays: true }, async (client) => {
    await client.query('UPDATE "user" SET "disabledAt" = NULL, "updatedAt" = now() WHERE "id" = $1', [id]);
  });

export const signOutEverywhere = (pool: Pool, id: string): Promise<Changed> =>
  change(pool, id, { stays: true }, (client) => endSessions(client, id));

/** Sessions, and what applications of other makes keep for the user. */
const endSessions = async (client: PoolClient, id: string): Promise<void> => {
  await client.query('DELETE FROM "session" WHERE "userId" = $1', [id]);
  await endGrants(client, id, new Date());
};

/** One change at a time, so that two administrators cannot take the role from each other at once. */
const change = (
  pool: Pool,
  id: string,
  { stays }: { readonly stays: boolean },
  work: (client: PoolClient) => Promise<void>,
): Promise<Changed> =>
  withLock(pool, LOCKS.users, async (client) => {
    const user = await findUser(client, id);
    if (!user) return 'unknown';
    if (!stays && (await isLastAdministrator(client, user))) return 'last-administrator';
    await work(client);
    return (await findUser(client, id)) ?? 'unknown';
  });

const isLastAdministrator = async (client: PoolClient, { id, role, disabledAt }: UserRow): Promise<boolean> => {
  if (disabledAt !== null || !rolesOf(role).includes('admin')) return false;
  const { rowCount } = await client.query(
    `SELECT FROM "user" WHERE "id" <> $1 AND "disabledAt" IS NULL
       AND 'admin' = ANY (string_to_array(replace("role", ' ', ''), ',')) LIMIT 1`,
    [id],
  );
  return rowCount === 0;
};
