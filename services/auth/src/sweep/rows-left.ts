import type { Pool } from 'pg';
import type { Generations } from '../better-auth/generations.js';
import type { KnownSecrets } from '../better-auth/ring-secrets.js';
import type { AuthMetrics } from '../metrics.js';
import { countRows } from './count-rows.js';
import { rowsByKid } from './rows-by-kid.js';

const PATIENCE_MS = 3_000;
/** Before the moment that counts, for clocks that differ. */
const EARLY_MS = 60_000;

export interface RowsLeftParts {
  readonly pool: Pool;
  readonly generations: Generations;
  readonly metrics: AuthMetrics;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

interface Count {
  readonly generation: number;
  readonly rows: Readonly<Record<string, number>>;
}

/**
 * What this process reports in its receipts as left under each secret that does not sign. Counted after the last request
 * that began with an older generation has ended, so nothing of this process can add to it later.
 *
 * When a count of zero may destroy a secret, each receipt has a count of its own, begun after it was asked for: another
 * process may have added a row just before it died. At all other times nothing depends on it, and one count for each
 * generation of the ring is enough, so that receipts do not read whole tables for nothing.
 *
 * Rejects when such a request goes on for too long or the database is away: no number is better than a wrong one.
 */
export const rowsLeftCounter = (parts: RowsLeftParts): (() => Promise<Readonly<Record<string, number>>>) => {
  const { generations, now } = parts;
  let last: Count | undefined;
  return async () => {
    const secrets = await withPatience(settledRing(generations));
    const decides = now() >= secrets.destroyableFrom - EARLY_MS;
    if (decides || last?.generation !== secrets.generation) last = await countNow(parts, secrets);
    return last.rows;
  };
};

async function countNow({ pool, metrics }: RowsLeftParts, secrets: KnownSecrets): Promise<Count> {
  const rows = rowsByKid(await countRows(pool), secrets);
  metrics.rowsLeft.reset();
  for (const [kid, left] of Object.entries(rows)) metrics.rowsLeft.set({ kid }, left);
  return { generation: secrets.generation, rows };
}

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
