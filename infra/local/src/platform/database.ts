import { join } from 'node:path';
import { type Database, type PostgresServer, startPostgres, usePostgres } from '@keyturn/postgres';
import type { Places } from './places.js';

export interface PlatformDatabase {
  readonly server: Database;
  /** The embedded server; undefined when the server is somebody else's. */
  readonly embedded: PostgresServer | undefined;
  url(service: 'auth' | 'tasks'): string;
}

const NAMES = { auth: 'keyturn_auth', tasks: 'keyturn_tasks' } as const;

/** PostgreSQL with a database for each service: embedded, or the one that the URL names. */
export const openDatabase = async (
  places: Places,
  databaseUrl: string | undefined,
  durable: boolean,
): Promise<PlatformDatabase> => {
  const log = join(places.logs, 'postgres.log');
  const embedded =
    databaseUrl === undefined ? await startPostgres({ dataDir: places.postgres, log, durable }) : undefined;
  const server = embedded ?? externalServer(databaseUrl ?? '');
  try {
    await Promise.all(Object.values(NAMES).map((name) => server.createDatabase(name)));
  } catch (error) {
    await embedded?.stop();
    const what = `the databases ${Object.values(NAMES).join(' and ')} cannot be made: ${reason(error)}`;
    throw new Error(embedded ? what : `DATABASE_URL: ${what}`, { cause: error });
  }
  return { server, embedded, url: (service) => server.url(NAMES[service]) };
};

const externalServer = (url: string): Database => {
  try {
    return usePostgres(url);
  } catch (error) {
    throw new Error(`DATABASE_URL: ${(error as Error).message}`, { cause: error });
  }
};

/** A refused connection to a name with several addresses is an AggregateError without a message. */
const reason = (error: unknown): string => {
  const { message, code } = error as { readonly message?: string; readonly code?: string };
  return message || code || String(error);
};
