import { APIError } from 'better-auth/api';
import type { Pool } from 'pg';

interface OwnedSession {
  readonly userId: string;
  readonly id?: unknown;
}

/** The refusal of everything that a disabled user would sign in with. */
export const accountDisabled = (): APIError =>
  new APIError('FORBIDDEN', { code: 'ACCOUNT_DISABLED', message: 'This account is disabled.' });

const isDisabled = async (pool: Pool, userId: string): Promise<boolean> =>
  ((await pool.query('SELECT FROM "user" WHERE "id" = $1 AND "disabledAt" IS NOT NULL', [userId])).rowCount ?? 0) > 0;

/** Before a session is made: a disabled user gets none. Throws APIError 403. */
export const refuseDisabled = async (pool: Pool, { userId }: OwnedSession): Promise<void> => {
  if (await isDisabled(pool, userId)) throw accountDisabled();
};

/**
 * After a session was made: a user who was disabled meanwhile loses it. Whoever disables sets the mark before they end the
 * sessions, so either they see this one or this sees the mark.
 */
export const endIfDisabled = async (pool: Pool, { userId, id }: OwnedSession): Promise<void> => {
  if (!(await isDisabled(pool, userId))) return;
  await pool.query('DELETE FROM "session" WHERE "id" = $1', [id]);
  throw accountDisabled();
};
