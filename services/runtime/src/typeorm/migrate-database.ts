import { runCommand } from '../service/run.js';
import type { DatabaseOptions } from './data-source-options.js';
import { runMigrations } from './migrate.js';

/**
 * The program that brings a service's database to its newest migration, as this process; it is run before a new version of
 * the service starts. `read` reads the environment; a ConfigurationError ends the process with all that is to mend.
 */
export const migrateDatabase = (
  service: string,
  migrations: NonNullable<DatabaseOptions['migrations']>,
  read: () => { readonly DATABASE_URL: string },
): Promise<void> =>
  runCommand(`${service}-migrate`, async (logger) => {
    const { DATABASE_URL: url } = read();
    await runMigrations({ url, applicationName: `keyturn-${service}-migrate`, logger, migrations });
  });
