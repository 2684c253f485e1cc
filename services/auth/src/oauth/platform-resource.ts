import type { Pool } from 'pg';

/**
 * The one resource (RFC 8707) of the platform: its base URL. A token for it carries the platform's audience, as every other
 * access token does.
 */
export const platformResource = (baseUrl: string): string => baseUrl;

/**
 * Makes sure of the rows of resource and audience, once for each process: the provider knows a token by its audience.
 * Rejects when the database is away, and tries again at the next call.
 */
export const resourceKeeper = (pool: Pool, identifiers: readonly string[]): (() => Promise<void>) => {
  let done: Promise<void> | undefined;
  return () => {
    done ??= insert(pool, identifiers).catch((error: unknown) => {
      done = undefined;
      throw error;
    });
    return done;
  };
};

const insert = async (pool: Pool, identifiers: readonly string[]): Promise<void> => {
  await pool.query(
    `INSERT INTO "oauthResource" ("id", "identifier", "name", "disabled", "createdAt", "updatedAt")
     SELECT gen_random_uuid()::text, wanted, 'platform', false, now(), now() FROM unnest($1::text[]) wanted
     ON CONFLICT ("identifier") DO NOTHING`,
    [[...new Set(identifiers)]],
  );
};
