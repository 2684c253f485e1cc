import { text } from 'node:stream/consumers';
import { runCommand } from '@keyturn/runtime';
import { createPool } from './database/pool.js';
import { ignoreBetterAuthVariables, readMigrationConfiguration } from './environment.js';
import { readSeedArguments } from './seed/arguments.js';
import { seedUser } from './seed/seed-user.js';

/** The command that makes sure of a user: `--email ADDRESS [--role ROLE] [--name NAME]`, and the password by standard input. */
await runCommand('auth-seed', async (logger) => {
  ignoreBetterAuthVariables();
  const wanted = readSeedArguments(process.argv.slice(2), await text(process.stdin));
  const pool = createPool(readMigrationConfiguration().DATABASE_URL, { max: 2, logger });
  try {
    const result = await seedUser(pool, wanted);
    logger.info({ role: wanted.role, result }, 'the user is there');
  } finally {
    await pool.end();
  }
});
