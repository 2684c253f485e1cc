import type { DataSourceOptions, MixedList } from 'typeorm';
import type { Logger } from '../logging/logger.js';
import { BoundedClient } from './bounded-client.js';
import { StructuredTypeOrmLogger } from './typeorm-logger.js';

type Classes = MixedList<new () => object>;

export interface DatabaseOptions {
  readonly url: string;
  /** Shown by the server beside each connection. */
  readonly applicationName: string;
  readonly logger: Logger;
  readonly entities?: Classes;
  readonly migrations?: Classes;
  /** Connections of this process, default 10. */
  readonly poolSize?: number;
}

const CONNECT_MS = 5_000;
const STATEMENT_MS = 10_000;
const SLOW_MS = 1_000;

/**
 * PostgreSQL for a service. The schema changes by migrations only. Every wait is bounded: to connect 5 s, for a statement
 * 10 s on the server and 12 s here, so that a database that is away becomes an answer, not a hanging request.
 */
export const dataSourceOptions = (options: DatabaseOptions): DataSourceOptions => ({
  type: 'postgres',
  url: options.url,
  applicationName: options.applicationName,
  entities: options.entities ?? [],
  migrations: options.migrations ?? [],
  synchronize: false,
  migrationsRun: false,
  poolSize: options.poolSize ?? 10,
  connectTimeoutMS: CONNECT_MS,
  maxQueryExecutionTime: SLOW_MS,
  logger: new StructuredTypeOrmLogger(options.logger),
  poolErrorHandler: (err: unknown) => options.logger.warn({ err }, 'an idle database connection broke'),
  extra: {
    Client: BoundedClient,
    statement_timeout: STATEMENT_MS,
    query_timeout: STATEMENT_MS + 2_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    maxLifetimeSeconds: 600,
  },
});
