import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { isDatabaseUnavailable } from '../database/unavailable.js';
import { type DatabaseOptions, dataSourceOptions } from './data-source-options.js';

const KEYTURN = 0x6b_74_72_6e;
const MIGRATION = 1;
const CONNECT_WITHIN_MS = 60_000;
const RETRY_MS = 1_000;

const connect = async ({ url, applicationName, logger }: DatabaseOptions): Promise<Client> => {
  const deadline = performance.now() + CONNECT_WITHIN_MS;
  for (;;) {
    const client = new Client({
      connectionString: url,
      application_name: `${applicationName}-lock`,
      connectionTimeoutMillis: 2_000,
    });
    client.on('error', (err) => logger.warn({ err }, 'the connection that holds the lock broke'));
    try {
      await client.connect();
      return client;
    } catch (error) {
      await client.end().catch(() => undefined);
      if (!isDatabaseUnavailable(error) || performance.now() > deadline) throw error;
      logger.info('waiting for the database');
      await sleep(RETRY_MS);
    }
  }
};

const applyPending = async (options: DatabaseOptions): Promise<string[]> => {
  const { extra, ...rest } = dataSourceOptions({ ...options, poolSize: 1 }) as { extra: object };
  const unbounded = { ...extra, statement_timeout: 0, query_timeout: 0 };
  const source = await new DataSource({ ...rest, extra: unbounded } as ConstructorParameters<
    typeof DataSource
  >[0]).initialize();
  try {
    return (await source.runMigrations({ transaction: 'each' })).map(({ name }) => name);
  } finally {
    await source.destroy();
  }
};

/**
 * Brings the database to the newest migration; returns the names of those it ran. Several may run at once: an advisory
 * lock of the database lets one work, the others wait and find nothing to do. Waits up to 60 s for the database.
 */
export const runMigrations = async (options: DatabaseOptions): Promise<string[]> => {
  const lock = await connect(options);
  try {
    await lock.query('SELECT pg_advisory_lock($1, $2)', [KEYTURN, MIGRATION]);
    const ran = await applyPending(options);
    options.logger.info({ ran }, ran.length === 0 ? 'the database is up to date' : 'the database was migrated');
    return ran;
  } finally {
    await lock.end().catch(() => undefined);
  }
};
