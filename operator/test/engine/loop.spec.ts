import { afterEach, beforeEach, expect, it, describe } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Driver, type EngineEvent, httpProcesses, runEngine } from '../../src/engine/index.js';
import { createLocalDriver, type LocalDriver } from '../../src/local/index.js';
import { eventually } from '../support/processes.js';
import { POLICY } from '../support/stage.js';

let state: string;
let local: LocalDriver;
let events: EngineEvent[];
let stopped: AbortController;
let ended: Promise<void>;

beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'keyturn-loop-'));
  local = createLocalDriver(state, () => undefined);
  await writeFile(join(state, 'rings', 'tokens.json'), JSON.stringify(POLICY));
  events = [];
  stopped = new AbortController();
});
afterEach(async () => {
  stopped.abort();
  await ended;
  local.close();
  await rm(state, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
});

const run = (driver: Driver): void => {
  const observe = (event: EngineEvent): void => void events.push(event);
  ended = runEngine({ driver, processes: httpProcesses, now: Date.now, observe }, stopped.signal);
};

const request = (id: string, ring: string): Promise<void> => {
  const requestedAt = new Date().toISOString();
  const record = { id, ring, kind: 'rotate', requestedAt, requestedBy: 'test' };
  return writeFile(join(state, 'requests', `${id}.json`), JSON.stringify(record));
};

describe('the loop of a ring', () => {
  it('tries again once a second, not at once, while a request cannot be answered', async () => {
    const full = Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
    run({ ...local, putRun: () => Promise.reject(full) });
    await request('r1', 'tokens');
    const troubles = (): number => events.filter(({ event }) => event === 'trouble').length;
    await eventually('the trouble', () => troubles() > 0);
    const before = troubles();
    await sleep(1_500);
    expect(troubles() - before).toBeLessThanOrEqual(2);
  });

  it('ends with the answer when there is no such ring', async () => {
    const reads: string[] = [];
    const truth = {
      ...local.truth,
      read: (ring: string) => {
        reads.push(ring);
        return local.truth.read(ring);
      },
    };
    run({ ...local, truth });
    await request('r1', 'typo');
    await eventually('the answer', async () => (await local.runs('typo')).length === 1);
    expect(await local.runs('typo')).toMatchObject([{ phase: 'Refused', refused: { reason: 'UnknownRing' } }]);
    const readsOfTypo = (): number => reads.filter((ring) => ring === 'typo').length;
    await sleep(1_000);
    const before = readsOfTypo();
    await sleep(2_500);
    expect(readsOfTypo()).toBe(before);
  });
});
