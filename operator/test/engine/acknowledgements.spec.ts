import { expect, it } from '@jest/globals';
import type { RingDocument } from '@keyturn/keyring/document';
import { acknowledge } from '../../src/engine/acknowledgements.js';
import type { Evidence } from '../../src/planner/index.js';
import type { RunRecord } from '../../src/records/index.js';

const run: RunRecord = {
  id: 'r1',
  ring: 'tokens',
  kind: 'retire',
  reason: 'Manual',
  requestedBy: 'cli',
  phase: 'Running',
  timeline: [],
  kids: [],
  provenBy: [],
  unproven: [],
};
const ring = { generation: 3, keys: [] } as unknown as RingDocument;
const consumer = {
  name: 'tasks-1',
  podUid: 'u1',
  role: 'verifier',
  workload: 'tasks',
  proved: 3,
  bootId: 'b',
} as const;
const evidence: Evidence = { generation: 3, minV: 3, canaryFor: null, consumers: [consumer], leftOut: [] };

it('says nothing new of a run that comes back with its fields in the order of the API server', () => {
  const first = acknowledge(run, ring, evidence, new Map());
  expect(first.acks?.workloads).toEqual([{ name: 'tasks', current: 1, total: 1 }]);
  const acks = { workloads: [{ current: 1, name: 'tasks', total: 1 }], total: 1, current: 1 };
  const stored = { ...first, acks };
  expect(acknowledge(stored, ring, evidence, new Map())).toBe(stored);
});
