import type { Logger } from '@keyturn/runtime';
import { Client, Pool, type PoolClient, types } from 'pg';
import { noteDatabaseError } from './unavailable.js';

const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 15_000;

export interface PoolOptions {
  /** Most connections. */
  readonly max: number;
  readonly logger: Logger;
  /** A statement that takes longer is cancelled; default 15,000, 0 = never. */
  readonly statementTimeoutMs?: number;
}

/**
 * 8-byte integers come as numbers (ours are times and counts, far below 2^53). As the driver's texts, Better Auth would
 * append milliseconds to a time where it means to add them.
 */
const getTypeParser: typeof types.getTypeParser = (oid, format) =>
  oid === types.builtins.INT8 && format !== 'binary' ? Number : types.getTypeParser(oid, format);

/** What a query gave, whose failure is noted if it is a promise. */
const noted = (result: unknown): never => {
  if (result instanceof Promise) result.catch(noteDatabaseError);
  return result as never;
};

/** A client that notes errors in the context of the request that caused them. */
class NotingClient extends Client {
  // The driver's `query` has a dozen signatures; all we need is the promise that comes back, if one does.
  override query(...args: unknown[]): never {
    return noted((super.query as (...all: unknown[]) => unknown).apply(this, args));
  }
}

class NotingPool extends Pool {
  // By itself it asks its clients by callbacks, which note nothing.
  override query(...args: unknown[]): never {
    return noted((super.query as (...all: unknown[]) => unknown).apply(this, args));
  }

  override connect(): Promise<PoolClient>;
  override connect(
    callback: (error: Error | undefined, client: PoolClient | undefined, done: () => void) => void,
  ): void;
  override connect(callback?: Parameters<Pool['connect']>[0]): Promise<PoolClient> | void {
    if (callback) return super.connect(callback);
    const connecting = super.connect();
    connecting.catch(noteDatabaseError);
    return connecting;
  }
}

/**
 * The one pool of a process. It outlives a restart of the database: a connection that breaks while idle is logged and
 * replaced, never thrown.
 */
export const createPool = (url: string, options: PoolOptions): Pool => {
  const pool = new NotingPool({
    connectionString: url,
    max: options.max,
    Client: NotingClient,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: options.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS,
    application_name: 'keyturn-auth',
    types: { getTypeParser },
  });
  // The pool listens to idle clients alone; without this one, a client that breaks while somebody holds it ends the process.
  pool.on('connect', (client) => client.on('error', noteDatabaseError));
  pool.on('error', (err) => options.logger.warn({ err }, 'an idle database connection broke'));
  return pool;
};
