import { describe, expect, it } from '@jest/globals';
import type { Pool } from 'pg';
import { Registry } from 'prom-client';
import type { Generation } from '../src/better-auth/generation.js';
import type { Generations } from '../src/better-auth/generations.js';
import { RequestsInFlight } from '../src/better-auth/requests-in-flight.js';
import { createAuthMetrics } from '../src/metrics.js';
import { Sweeper } from '../src/sweep/sweeper.js';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const old = { kid: 'old', version: 1, value: 'old' };
const active = { kid: 'active', version: 2, value: 'active' };

/** A database with one value under the old secret, whose answer to the sweep's reading can be held back. */
const slowDatabase = () => {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const client = {
    query: async (sql: string) => {
      if (sql.includes('pg_try_advisory_lock')) return { rows: [{ held: true }] };
      await held;
      return { rows: [] };
    },
    release: () => undefined,
  };
  const pool = { query: async () => ({ rows: [{ version: '1', count: '1' }] }), connect: async () => client };
  return { pool: pool as unknown as Pool, release: () => release() };
};

describe('a sweep under way', () => {
  it('keeps its generation in flight: nobody counts what is left under its secret before it has ended', async () => {
    const { pool, release } = slowDatabase();
    const requests = new RequestsInFlight();
    const secrets = { active, versions: [active, old] };
    const generation = { secrets, context: { secretConfig: {} }, requests } as unknown as Generation;
    const sweeper = new Sweeper({
      pool,
      generations: { serving: () => generation } as unknown as Generations,
      logger: silent as never,
      metrics: createAuthMetrics(new Registry()),
      intervalMs: 60_000,
    });
    sweeper.trigger();
    await new Promise((resolve) => setTimeout(resolve, 20));
    const whileSweeping = requests.idle;
    release();
    await sweeper.stop();
    expect({ whileSweeping, after: requests.idle }).toEqual({ whileSweeping: false, after: true });
  });
});
