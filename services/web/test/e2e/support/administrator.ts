import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Platform } from '@keyturn/local';

const SEED = fileURLToPath(new URL('../../../../auth/dist/seed.js', import.meta.url));

/** Makes an administrator of somebody who has signed up, as an operator of the platform would. */
export const makeAdministrator = async (platform: Platform, email: string, password: string): Promise<void> => {
  const env = {
    NODE_ENV: 'production' as const,
    PATH: process.env['PATH'],
    DATABASE_URL: platform.databaseUrl('auth'),
  };
  const args = [SEED, '--email', email, '--password', password, '--role', 'admin'];
  await promisify(execFile)(process.execPath, args, { env });
};
