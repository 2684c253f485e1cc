import { describe, expect, it } from '@jest/globals';
import type { Pool } from 'pg';
import { Registry } from 'prom-client';
import type { Generations } from '../src/better-auth/generations.js';
import { createAuthMetrics } from '../src/metrics.js';
import { rowsLeftCounter } from '../src/sweep/rows-left.js';

const NOW = Date.parse('2030-01-01T00:00:00Z');

/** A database whose values all are under version 1, and a ring in which version 2 signs. */
const counting = (left: number, destroyableFrom: number) => {
  const state = { left, destroyableFrom, generation: 5, queries: 0 };
  const pool = {
    query: async () => {
      state.queries += 1;
      return { rows: state.left > 0 ? [{ version: '1', count: String(state.left) }] : [] };
    },
  } as unknown as Pool;
  const [old, active] = [1, 2].map((version) => ({ kid: `k${version}`, version, value: 'x' }));
  const generations = {
    ring: () => ({ ...state, active, versions: [old, active], legacy: undefined }),
    olderEnded: async () => undefined,
  } as unknown as Generations;
  const metrics = createAuthMetrics(new Registry());
  return { state, count: rowsLeftCounter({ pool, generations, metrics, now: () => NOW }) };
};

describe('the rows that a receipt names', () => {
  it.each([
    ['nothing drains', Number.POSITIVE_INFINITY],
    ['the drain goes on for long', NOW + 3_600_000],
  ])('are counted once for each generation of the ring while %s: nothing depends on them', async (_case, from) => {
    const { state, count } = counting(3, from);
    const first = await count();
    const { queries } = state;
    for (let receipt = 0; receipt < 100; receipt += 1) expect(await count()).toEqual(first);
    expect(state.queries).toBe(queries);
    state.generation += 1;
    await count();
    expect(state.queries).toBe(2 * queries);
  });

  it.each([
    ['compromised', 0],
    ['at the end of its drain', NOW + 1_000],
  ])('are counted afresh for each receipt while a secret is %s: zero destroys it', async (_case, from) => {
    const { state, count } = counting(0, from);
    expect((await count())['k1']).toBe(0);
    // A row that another process added before it died.
    state.left = 1;
    expect(Object.values(await count()).some((rows) => rows > 0)).toBe(true);
  });
});
