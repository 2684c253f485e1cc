import type { Pool } from 'pg';
import type { Generations } from '../better-auth/generations.js';
import type { KnownSecrets } from '../better-auth/ring-secrets.js';
import type { AuthMetrics } from '../metrics.js';
import { countRows } from './count-rows.js';
import { rowsByKid } from './rows-by-kid.js';

const PATIENCE_MS = 3_000;
/** Receipts asked for in quick succession share a count; of the same generation only. */
const FRESH_MS = 250;

export interface RowsLeftParts {
  readonly pool: Pool;
  readonly generations: Generations;
  readonly metrics: AuthMetrics;
  /** Monotonic milliseconds. */
  readonly monotonic: () => number;
}

/**
 * What this process reports in its receipts as left under each secret that does not sign. Counted after the last request
 * that began with an older generation has ended, so nothing of this process can add to it later.
 *
 * Rejects when such a request goes on for too long or the database is away: no number is better than a wrong one.
 */
export const rowsLeftCounter = (parts: RowsLeftParts): (() => Promise<Readonly<Record<string, number>>>) => {
  const { pool, generations, metrics, monotonic } = parts;
  let last: { at: number; generation: number; rows: Record<string, number> } | undefined;
  return async () => {
    const secrets = await withPatience(settledRing(generations));
    if (last && last.generation === secrets.generation && monotonic() - last.at < FRESH_MS) return last.rows;
    const at = monotonic();
    const rows = rowsByKid(await countRows(pool), secrets);
    last = { at, generation: secrets.generation, rows };
    metrics.rowsLeft.reset();
    for (const [kid, count] of Object.entries(rows)) metrics.rowsLeft.set({ kid }, count);
    return rows;
  };
};

/** The ring in use, once nothing goes on with an older one. A swap in between begins it anew. */
const settledRing = async (generations: Generations): Promise<KnownSecrets> => {
  for (;;) {
    const ring = generations.ring();
    await generations.olderEnded();
    if (generations.ring().generation === ring.generation) return ring;
  }
};

const withPatience = async <T>(work: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('requests of an older generation are still under way')), PATIENCE_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
};
