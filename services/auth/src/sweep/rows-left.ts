import type { Pool } from 'pg';
import type { Generations } from '../better-auth/generations.js';
import type { KnownSecrets } from '../better-auth/ring-secrets.js';
import type { AuthMetrics } from '../metrics.js';
import { countRows } from './count-rows.js';
import { rowsByKid } from './rows-by-kid.js';

const PATIENCE_MS = 3_000;
/** Between two counts of what is left, at least this long, and at least so many times as long as a count takes. */
const RECOUNT_MS = 1_000;
const RECOUNT_FACTOR = 10;

export interface RowsLeftParts {
  readonly pool: Pool;
  readonly generations: Generations;
  readonly metrics: AuthMetrics;
  /** Monotonic milliseconds. */
  readonly monotonic: () => number;
}

interface Count {
  readonly generation: number;
  readonly rows: Readonly<Record<string, number>>;
  readonly endedAt: number;
  readonly tookMs: number;
}

/**
 * What this process reports in its receipts as left under each secret that does not sign. Counted after the last request
 * that began with an older generation has ended, so nothing of this process can add to it later: a count stays true as an
 * upper limit while its generation is in use, and zero stays zero. So a receipt costs the database nothing when nothing is
 * left, and otherwise gets the last count while the next one is under way.
 *
 * Rejects when such a request goes on for too long or the database is away: no number is better than a wrong one.
 */
export const rowsLeftCounter = (parts: RowsLeftParts): (() => Promise<Readonly<Record<string, number>>>) => {
  const { generations, monotonic } = parts;
  let last: Count | undefined;
  let running: { readonly generation: number; readonly count: Promise<Count> } | undefined;
  const count = (secrets: KnownSecrets): Promise<Count> => {
    if (running?.generation === secrets.generation) return running.count;
    const counting = countNow(parts, secrets);
    const mine = { generation: secrets.generation, count: counting };
    running = mine;
    const ended = (): void => void (running === mine && (running = undefined));
    counting.then((done) => (last = done)).then(ended, ended);
    return counting;
  };
  return async () => {
    const secrets = await withPatience(settledRing(generations));
    const known = last?.generation === secrets.generation ? last : undefined;
    if (known && !isWorthCounting(known, monotonic())) return known.rows;
    const counted = count(secrets);
    if (!known) return (await counted).rows;
    counted.catch(() => undefined);
    return known.rows;
  };
};

const isWorthCounting = ({ rows, endedAt, tookMs }: Count, now: number): boolean =>
  Object.values(rows).some((left) => left > 0) && now - endedAt >= Math.max(RECOUNT_MS, RECOUNT_FACTOR * tookMs);

async function countNow({ pool, metrics, monotonic }: RowsLeftParts, secrets: KnownSecrets): Promise<Count> {
  const begunAt = monotonic();
  const rows = rowsByKid(await countRows(pool), secrets);
  const endedAt = monotonic();
  metrics.rowsLeft.reset();
  for (const [kid, left] of Object.entries(rows)) metrics.rowsLeft.set({ kid }, left);
  return { generation: secrets.generation, rows, endedAt, tookMs: endedAt - begunAt };
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
