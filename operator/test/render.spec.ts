import { describe, expect, it } from '@jest/globals';
import { createColors } from 'picocolors';
import { renderRun } from '../src/cli/render/run.js';
import type { RunRecord } from '../src/records/index.js';

const run: RunRecord = {
  id: 'r1',
  ring: 'tokens',
  kind: 'rotate',
  reason: 'Manual',
  requestedBy: 'cli',
  phase: 'Waiting',
  timeline: [{ at: '2026-11-20T10:00:00.000Z', event: 'Requested' }],
  acks: {
    current: 9,
    total: 12,
    workloads: [
      { name: 'shop/orders', current: 1, total: 4 },
      { name: 'tasks', current: 8, total: 8 },
    ],
  },
  kids: ['k2'],
  provenBy: [],
  unproven: [],
};

describe('a run on a terminal', () => {
  it('says how many processes have acknowledged, of all and of each workload, until it has ended', () => {
    const lines = renderRun(run, createColors(false)).join('\n');
    expect(lines).toMatch(/9\/12 processes have acknowledged\n +shop\/orders +1\/4\n +tasks +8\/8$/);
    expect(renderRun({ ...run, phase: 'Complete' }, createColors(false)).join()).not.toContain('acknowledged');
  });
});
