import { describe, expect, it } from '@jest/globals';
import type { Pool } from 'pg';
import { Registry } from 'prom-client';
import type { Generations } from '../src/better-auth/generations.js';
import { createAuthMetrics } from '../src/metrics.js';
import { rowsLeftCounter } from '../src/sweep/rows-left.js';

/** A database whose values all are under version 1, and a ring in which version 2 signs. */
const counting = (left: number) => {
  const state = { left, generation: 5, queries: 0, now: 0, hold: undefined as Promise<void> | undefined };
  const pool = {
    query: async () => {
      state.queries += 1;
      await state.hold;
      return { rows: state.left > 0 ? [{ version: '1', count: String(state.left) }] : [] };
    },
  } as unknown as Pool;
  const [old, active] = [1, 2].map((version) => ({ kid: `k${version}`, version, value: 'x' }));
  const generations = {
    ring: () => ({ generation: state.generation, active, versions: [old, active], legacy: undefined }),
    olderEnded: async () => undefined,
  } as unknown as Generations;
  const metrics = createAuthMetrics(new Registry());
  return { state, count: rowsLeftCounter({ pool, generations, metrics, monotonic: () => state.now }) };
};

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

describe('the rows that a receipt names', () => {
  it('cost the database nothing once nothing is left, until the ring changes', async () => {
    const { state, count } = counting(0);
    expect(await count()).toEqual({ k1: 0 });
    const { queries } = state;
    state.now += 3_600_000;
    for (let receipt = 0; receipt < 100; receipt += 1) expect(await count()).toEqual({ k1: 0 });
    expect(state.queries).toBe(queries);
    state.generation += 1;
    state.left = 4;
    expect((await count())['k1']).toBeGreaterThan(0);
  });

  it('are counted again while something is left, behind receipts that name the last count, and not all the time', async () => {
    const { state, count } = counting(3);
    const first = await count();
    const { queries } = state;
    state.left = 0;
    for (let receipt = 0; receipt < 100; receipt += 1) expect(await count()).toEqual(first);
    expect(state.queries).toBe(queries);
    state.now += 1_000;
    let release = (): void => undefined;
    state.hold = new Promise((resolve) => (release = resolve));
    expect(await count()).toEqual(first);
    expect(await count()).toEqual(first);
    release();
    await settled();
    expect(await count()).toEqual({ k1: 0 });
    expect(state.queries).toBe(2 * queries);
  });
});
