import { createHash } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';

/** Addresses are kept as digests: one that nobody has here was typed by somebody, and is nobody's business. */
export const createGuessTable = async (client: PoolClient): Promise<void> => {
  await client.query(`
    CREATE TABLE IF NOT EXISTS sign_in_guess (
      address bytea PRIMARY KEY,
      guesses integer NOT NULL,
      began timestamptz NOT NULL
    )`);
  await client.query('CREATE INDEX IF NOT EXISTS sign_in_guess_began ON sign_in_guess (began)');
};

const digest = (address: string): Buffer => createHash('sha256').update(address.trim().toLowerCase()).digest();

export interface Guess {
  /** Which one of its window this is, from 1. */
  readonly count: number;
  /** Milliseconds until the window ends and counting begins again. */
  readonly endsInMs: number;
}

/** Counts guesses at the password of an address, known or not, in the database: for all replicas and from everywhere. */
export class GuessCounter {
  constructor(
    private readonly pool: Pool,
    private readonly windowMs: number,
  ) {}

  /** Counts before the password is looked at, so that guesses at the same time are counted, too. */
  async add(address: string): Promise<Guess> {
    const { rows } = await this.pool.query<{ guesses: number; left: string }>(
      `INSERT INTO sign_in_guess AS kept (address, guesses, began) VALUES ($1, 1, now())
       ON CONFLICT (address) DO UPDATE SET
         guesses = CASE WHEN kept.began < now() - $2::interval THEN 1 ELSE kept.guesses + 1 END,
         began = CASE WHEN kept.began < now() - $2::interval THEN now() ELSE kept.began END
       RETURNING guesses, extract(epoch FROM began + $2::interval - now()) * 1000 AS left`,
      [digest(address), this.interval()],
    );
    return { count: rows[0]?.guesses ?? 1, endsInMs: Number(rows[0]?.left ?? 0) };
  }

  /** Begins again at nothing: after the right password, or a new one. */
  async forget(address: string): Promise<void> {
    await this.pool.query('DELETE FROM sign_in_guess WHERE address = $1', [digest(address)]);
  }

  /** Removes what has ended; gives how much that was. */
  async forgetOld(): Promise<number> {
    const { rowCount } = await this.pool.query('DELETE FROM sign_in_guess WHERE began < now() - $1::interval', [
      this.interval(),
    ]);
    return rowCount ?? 0;
  }

  private interval(): string {
    return `${this.windowMs} milliseconds`;
  }
}
