import { join } from 'node:path';
import { type Database, type PostgresServer, startPostgres, usePostgres } from '@keyturn/postgres';
import type { Places } from './places.js';
import type { ServiceEntry } from './values.js';

export interface PlatformDatabase {
  readonly server: Database;
  /** The embedded server; undefined when the server is somebody else's. */
  readonly embedded: PostgresServer | undefined;
  /** Throws a TypeError when the service has no database. */
  url(service: string): string;
}

/** PostgreSQL with a database for each service that has one: embedded, or the server that the URL names. */
export const openDatabase = async (
  places: Places,
  databaseUrl: string | undefined,
  durable: boolean,
  services: readonly Pick<ServiceEntry, 'name' | 'database'>[],
): Promise<PlatformDatabase> => {
  const names = services.flatMap(({ database }) => database ?? []);
  const log = join(places.logs, 'postgres.log');
  const embedded =
    databaseUrl === undefined ? await startPostgres({ dataDir: places.postgres, log, durable }) : undefined;
  const server = embedded ?? externalServer(databaseUrl ?? '');
  try {
    await Promise.all(names.map((name) => server.createDatabase(name)));
  } catch (error) {
    await embedded?.stop();
    const what = `the databases ${new Intl.ListFormat('en').format(names)} cannot be made: ${reason(error)}`;
    throw new Error(embedded ? what : `DATABASE_URL: ${what}`, { cause: error });
  }
  const url = (service: string): string => {
    const name = services.find((entry) => entry.name === service)?.database;
    if (name === undefined) throw new TypeError(`the service ${service} has no database`);
    return server.url(name);
  };
  return { server, embedded, url };
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
