import { describe, expect, it } from '@jest/globals';
import { Pacing, SOON_MS } from '../../src/engine/pacing.js';
import type { Plan } from '../../src/planner/index.js';

const IDLE: Plan = { outcome: 'wait', generation: 3, waits: [] };
const PACE = { idleMs: 30_000, heldMs: 5_000 };

const turns = (pacing: Pacing, count: number, lagging: number): number[] =>
  Array.from({ length: count }, () => pacing.next(IDLE, [], lagging, 0));

describe('when a ring that has nothing to do is looked at again', () => {
  it('is now and then as long as every process has the newest', () => {
    expect(turns(new Pacing(PACE), 2, 0)).toEqual([30_000, 30_000]);
  });

  it('is soon while the status names a process that has not, later if that stays so, and now and then afterwards', () => {
    const pacing = new Pacing(PACE);
    const looks = turns(pacing, 200, 1);
    expect(looks[0]).toBe(SOON_MS);
    expect(looks).toEqual(looks.toSorted((a, b) => a - b));
    expect(looks.at(-1)).toBe(PACE.heldMs);
    expect(turns(pacing, 1, 0)).toEqual([PACE.idleMs]);
    expect(turns(pacing, 1, 1)).toEqual([SOON_MS]);
  });

  it('takes no more of the processor with thousands of processes than a ring at rest may', () => {
    const pacing = new Pacing(PACE);
    pacing.asked(10_000);
    expect(turns(pacing, 1, 1)).toEqual(turns(pacing, 1, 0));
  });
});
