import { randomBytes } from 'node:crypto';
import { startPostgres } from '@keyturn/postgres';
import { Pool } from 'pg';

export interface BenchSessions {
  readonly databaseUrl: string;
  /** Raw session tokens, each of a session that lives for an hour. */
  readonly tokens: readonly string[];
  close(): Promise<void>;
}

const TABLES = `
  CREATE TABLE "user" (id text PRIMARY KEY, email text, "emailVerified" boolean, role text);
  CREATE TABLE session (token text PRIMARY KEY, "userId" text REFERENCES "user" (id), "expiresAt" timestamptz NOT NULL);`;

/** A PostgreSQL with as many sessions as tokens are wanted, in the columns that session lookup reads. */
export async function startSessions(count: number): Promise<BenchSessions> {
  const server = await startPostgres({});
  await server.createDatabase('bench');
  const databaseUrl = server.url('bench');
  const tokens = Array.from({ length: count }, () => randomBytes(24).toString('base64url'));
  const pool = new Pool({ connectionString: databaseUrl, max: 1 });
  await pool.query(TABLES);
  await pool.query(`INSERT INTO "user" SELECT t, t || '@example.com', true, 'user' FROM unnest($1::text[]) t`, [
    tokens,
  ]);
  await pool.query(`INSERT INTO session SELECT t, t, now() + interval '1 hour' FROM unnest($1::text[]) t`, [tokens]);
  await pool.end();
  return { databaseUrl, tokens, close: () => server.stop() };
}
