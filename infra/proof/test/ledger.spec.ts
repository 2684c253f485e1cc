import { describe, expect, it } from '@jest/globals';
import { buffersOf, Ledger } from '../src/ledger/columns.js';
import type { Entry } from '../src/ledger/entry.js';
import { covered, latencies } from '../src/ledger/latency.js';

const entry = (n: number): Entry => ({
  at: 1_700_000_000_000 + n,
  latencyMs: n % 7,
  service: n % 2 === 0 ? 'tasks' : 'auth',
  operation: `operation-${n % 5}`,
  credential: `credential-${n % 1_000}`,
  kid: n % 3 === 0 ? '' : `kid-${n % 9}`,
  status: n % 100 === 0 ? 0 : 200,
  replica: `tasks-${n % 2}`,
  outcome: n % 100 === 0 ? 'unavailable' : 'ok',
  detail: n % 100 === 0 ? 'ECONNREFUSED' : '',
});

const filled = (from: number, until: number): Ledger => {
  const ledger = new Ledger(4);
  for (let n = from; n < until; n++) ledger.append(entry(n));
  return ledger;
};

describe('the ledger', () => {
  it('gives back every row as it was appended, in order, also beyond its first capacity', () => {
    expect([...filled(0, 500).entries()]).toEqual(Array.from({ length: 500 }, (_, n) => entry(n)));
    expect(() => filled(0, 3).entry(3)).toThrow(RangeError);
  });

  it('lists its failures alone', () => {
    expect([...filled(0, 500).failures()].map(({ at }) => at % 1_000)).toEqual([0, 100, 200, 300, 400]);
  });

  it('absorbs what another thread recorded, without a copy on the way', () => {
    const columns = filled(500, 900).columns();
    const moved = structuredClone(columns, { transfer: buffersOf(columns) });
    const ledger = filled(0, 500);
    ledger.absorb(moved);
    expect(columns.at.byteLength).toBe(0);
    expect([...ledger.entries()]).toEqual(Array.from({ length: 900 }, (_, n) => entry(n)));
  });

  it('holds a million requests in less than 64 bytes each', () => {
    const columns = filled(0, 1_000_000).columns();
    expect(columns.length).toBe(1_000_000);
    const bytes = buffersOf(columns).reduce((sum, buffer) => sum + buffer.byteLength, 0);
    expect(bytes / 1_000_000).toBeLessThan(64);
  });
});

describe('latency', () => {
  const intervals = [
    { from: 50, until: 99 },
    { from: 0, until: 9 },
    { from: 60, until: 109 },
  ];

  it('tells requests sent during a rotation from all others', () => {
    const at = Float64Array.from({ length: 200 }, (_, n) => n);
    const { inside, outside } = latencies({ at, latencyMs: Float32Array.from(at) }, intervals);
    expect(inside).toEqual({ requests: 70, p50: 75, p95: 106, p99: 109, max: 109 });
    expect(outside.requests).toBe(130);
    expect(outside.max).toBe(199);
  });

  it('counts overlapping intervals once', () => {
    expect(covered(intervals)).toBe(9 + 59);
  });

  it('says 0 where nothing was sent', () => {
    const none = latencies({ at: new Float64Array(), latencyMs: new Float32Array() }, []);
    expect(none.inside).toEqual({ requests: 0, p50: 0, p95: 0, p99: 0, max: 0 });
  });
});
