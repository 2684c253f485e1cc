import { createTestIssuer, type TestIssuer } from '@keyturn/guard/testing';
import { type PostgresServer, startPostgres } from '@keyturn/postgres';
import type { GuardedServiceEnvironment } from '../configuration/common.js';
import { createLogger } from '../logging/logger.js';
import type { ServiceDefinition } from '../service/definition.js';
import { Service } from '../service/service.js';
import type { DatabaseOptions } from '../typeorm/data-source-options.js';
import { runMigrations } from '../typeorm/migrate.js';

/** `iss` of the tokens that the service believes. */
export const TEST_ISSUER = 'https://keyturn.test';
const DATABASE = 'service';

export interface TestedService<E extends GuardedServiceEnvironment> {
  readonly migrations: NonNullable<DatabaseOptions['migrations']>;
  /** The service's definition from its environment: `(variables) => ordersService(readEnvironment(variables))`. */
  readonly define: (variables: Readonly<Record<string, string>>) => ServiceDefinition<E>;
  /** Further variables. */
  readonly variables?: Readonly<Record<string, string>>;
}

export interface ServiceUnderTest<E extends GuardedServiceEnvironment = GuardedServiceEnvironment> {
  readonly issuer: TestIssuer;
  readonly service: Service<E>;
  readonly postgres: PostgresServer;
  /** Lines that the service logged. */
  readonly log: readonly string[];
  stop(): Promise<void>;
}

/** Starts the service as a process would, on free ports, with everything migrated. */
export const startServiceUnderTest = async <E extends GuardedServiceEnvironment>({
  migrations,
  define,
  variables,
}: TestedService<E>): Promise<ServiceUnderTest<E>> => {
  const postgres = await startPostgres();
  await postgres.createDatabase(DATABASE);
  const url = postgres.url(DATABASE);
  const silent = createLogger({ service: 'test', level: 'silent' });
  await runMigrations({ url, applicationName: 'test', logger: silent, migrations });
  const issuer = createTestIssuer({ issuer: TEST_ISSUER });
  const log: string[] = [];
  const definition = define({
    PORT: '0',
    MANAGEMENT_PORT: '0',
    HOST: '127.0.0.1',
    DATABASE_URL: url,
    KEYTURN_BASE_URL: TEST_ISSUER,
    KEYTURN_POD_UID: 'test',
    KEYTURN_DRAIN_WINDOW: '0s',
    ...variables,
  });
  const logTo = { write: (line: string) => void log.push(line) };
  const service = new Service({ ...definition, rings: [], nodes: [issuer.node], logTo });
  await service.start();
  const stop = async (): Promise<void> => {
    await service.stop();
    await postgres.stop();
  };
  return { issuer, service, postgres, log, stop };
};
