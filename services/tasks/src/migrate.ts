import { runCommand } from '@keyturn/runtime';
import { runMigrations } from '@keyturn/runtime/typeorm';
import { readMigrationEnvironment } from './environment.js';
import { migrations } from './migrations/index.js';

/** Brings the database to the newest migration; run it before a new version of the service starts. */
await runCommand('tasks-migrate', async (logger) => {
  const { DATABASE_URL: url } = readMigrationEnvironment();
  await runMigrations({ url, applicationName: 'keyturn-tasks-migrate', logger, migrations });
});
