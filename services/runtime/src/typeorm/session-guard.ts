import { createPostgresSessionStore, GuardModule } from '@keyturn/guard';
import type { DynamicModule } from '@nestjs/common';
import { Pool } from 'pg';
import type { GuardedServiceEnvironment } from '../configuration/common.js';
import type { ServiceContext } from '../service/context.js';

const CONNECTIONS = 5;
const CONNECT_MS = 5_000;
const STATEMENT_MS = 5_000;

/**
 * Guards every route with the platform's sessions, looked up in the issuer's database: a session cookie, or a session token as
 * bearer. The service's definition must list KEYTURN_SESSION_RING as `holder`. While that database is away the answer is 503.
 */
export const sessionGuard = (context: ServiceContext<GuardedServiceEnvironment>, name: string): DynamicModule => {
  const { environment, logger, metrics } = context;
  const pool = new Pool({
    connectionString: environment.KEYTURN_SESSION_DATABASE_URL,
    application_name: `keyturn-${name}-sessions`,
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_MS,
    statement_timeout: STATEMENT_MS,
    query_timeout: STATEMENT_MS + 1_000,
    allowExitOnIdle: true,
  });
  pool.on('error', (err) => logger.warn({ err }, 'an idle connection to the database of sessions broke'));
  return GuardModule.forRoot({
    method: 'session',
    store: createPostgresSessionStore({ pool }),
    node: context.node(environment.KEYTURN_SESSION_RING),
    cookie: environment.KEYTURN_SESSION_COOKIES,
    permissions: environment.KEYTURN_ROLE_PERMISSIONS,
    audience: environment.KEYTURN_AUDIENCE,
    registry: metrics.registry,
    problems: false,
  });
};
