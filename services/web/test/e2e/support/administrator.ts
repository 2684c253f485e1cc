import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Platform } from '@keyturn/local';
import pg from 'pg';

const SEED = fileURLToPath(new URL('../../../../auth/dist/seed.js', import.meta.url));

/** Makes an administrator of somebody who has signed up, as an operator of the platform would. */
export const makeAdministrator = async (platform: Platform, email: string, password: string): Promise<void> => {
  const env = {
    NODE_ENV: 'production' as const,
    PATH: process.env['PATH'],
    DATABASE_URL: platform.databaseUrl('auth'),
  };
  const args = [SEED, '--email', email, '--role', 'admin'];
  const running = promisify(execFile)(process.execPath, args, { env });
  running.child.stdin?.end(password);
  await running;
};

/** What time does to a browser that was left open: nobody has said for a while who sits there. */
export const leaveAlone = async (platform: Platform, email: string): Promise<void> => {
  const client = new pg.Client({ connectionString: platform.databaseUrl('auth') });
  await client.connect();
  try {
    const old = `"confirmedAt" = now() - interval '301 seconds'`;
    const hers = '"userId" = (select "id" from "user" where "email" = $1)';
    await client.query(`update "session" set ${old} where ${hers}`, [email]);
  } finally {
    await client.end();
  }
};
