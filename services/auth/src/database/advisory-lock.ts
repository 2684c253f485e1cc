import type { Pool, PoolClient } from 'pg';

/** Keys of this service's advisory locks: two 32-bit numbers, the first one common to Keyturn. */
const KEYTURN = 0x6b_74_72_6e;
export const LOCKS = { migration: 1, sweep: 2, users: 4 } as const;
export type Lock = (typeof LOCKS)[keyof typeof LOCKS];

/** Runs work while this process alone holds the lock; waits for it. The lock ends with the connection at the latest. */
export const withLock = async <T>(pool: Pool, lock: Lock, work: (client: PoolClient) => Promise<T>): Promise<T> => {
  const client = await pool.connect();
  try {
    await client.query('SET statement_timeout = 0');
    await client.query('SELECT pg_advisory_lock($1, $2)', [KEYTURN, lock]);
    return await work(client);
  } finally {
    client.release(true);
  }
};

/** The same without waiting; undefined when somebody else holds the lock. */
export const tryWithLock = async <T>(
  pool: Pool,
  lock: Lock,
  work: (client: PoolClient) => Promise<T>,
): Promise<T | undefined> => {
  const client = await pool.connect();
  try {
    const { rows } = await client.query<{ held: boolean }>('SELECT pg_try_advisory_lock($1, $2) AS held', [
      KEYTURN,
      lock,
    ]);
    return rows[0]?.held ? await work(client) : undefined;
  } finally {
    client.release(true);
  }
};
