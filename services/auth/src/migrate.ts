import { runCommand } from '@keyturn/runtime';
import { migrate } from './database/migrations.js';
import { createPool } from './database/pool.js';
import { ignoreBetterAuthVariables, readMigrationConfiguration } from './environment.js';

/** The command that prepares the database: run it before each release, next to it if need be. Exit code 1 = not done. */
await runCommand('auth-migrate', async (logger) => {
  ignoreBetterAuthVariables();
  const { DATABASE_URL: url, KEYTURN_SESSION_READER_PASSWORD: password } = readMigrationConfiguration();
  const pool = createPool(url, { max: 2, logger, statementTimeoutMs: 0 });
  try {
    const report = await migrate({ pool, logger, sessionReaderPassword: password });
    logger.info(report, 'the database is up to date');
  } finally {
    await pool.end();
  }
});
