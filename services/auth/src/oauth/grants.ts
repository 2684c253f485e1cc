import { createHash } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';

type Database = Pick<Pool | PoolClient, 'query'>;

/**
 * Ends what applications of other makes keep for a user. `since`: every session from before has ended, so that no grant from
 * before it is good. It is noted first: a renewal that runs at this moment may write its next token after the old ones are
 * gone.
 */
export const endGrants = async (database: Database, userId: string, since: Date | undefined): Promise<void> => {
  if (since) await database.query('UPDATE "user" SET "credentialsValidFrom" = $2 WHERE "id" = $1', [userId, since]);
  for (const table of ['oauthAccessToken', 'oauthRefreshToken'])
    await database.query(`DELETE FROM "${table}" WHERE "userId" = $1`, [userId]);
};

/** Removes a refresh token of a grant whose sign-in was before what its user's credentials are valid from, if it is one. */
export const removeStale = async (database: Database, refreshToken: string): Promise<void> => {
  await database.query(
    `DELETE FROM "oauthRefreshToken" r USING "user" u
     WHERE r."token" = $1 AND u."id" = r."userId"
       AND coalesce(r."authTime", r."createdAt") < u."credentialsValidFrom"`,
    [createHash('sha256').update(refreshToken).digest('base64url')],
  );
};
