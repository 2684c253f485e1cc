import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plan } from '../../src/planner/index.js';
import { progress } from '../../src/engine/progress.js';
import type { RunRecord } from '../../src/records/index.js';
import { eventually } from '../support/processes.js';
import { HOUR, MINUTE, POLICY, Stage } from '../support/stage.js';

let stage: Stage;

beforeEach(async () => {
  stage = await Stage.open();
  await stage.consumer('auth-1', 'issuer');
  await stage.consumer('tasks-1', 'holder');
  await stage.settle();
});
afterEach(() => stage.close());

describe('a rotation that was asked for', () => {
  it('is one write when the standby is proven, and its run says who proved it', async () => {
    expect(stage.steps()).toEqual(['prove']);
    const before = await stage.activeKid();
    await stage.request('r1', { kind: 'rotate' });
    await stage.settle();
    expect(stage.steps()).toEqual(['prove', 'activate', 'prove']);
    const run = await stage.run('r1');
    expect(run).toMatchObject({
      phase: 'Complete',
      replaces: before,
      kids: [await stage.activeKid()],
      acks: { current: 2, total: 2 },
      provenBy: ['auth-1/boot-auth-1', 'tasks-1/boot-tasks-1'],
    });
    expect(run.timeline.map(({ event }) => event)).toEqual(['Requested', 'Running', 'Activated', 'Complete']);
  });

  it('waits for a process that refuses the canary, names it in run and status, and is stalled after stalledAfter', async () => {
    stage.processes.set('tasks-1', { refuses: 'wrong issuer' });
    await stage.request('r1', { kind: 'rotate' });
    await stage.settle();
    expect(await stage.run('r1')).toMatchObject({
      phase: 'Waiting',
      acks: {
        current: 1,
        total: 2,
        workloads: [
          { name: 'tasks', current: 0, total: 1 },
          { name: 'auth', current: 1, total: 1 },
        ],
      },
      waitingFor: [{ name: 'tasks-1', why: 'CanaryRefused', detail: 'wrong issuer' }],
    });
    expect(await stage.condition('Stalled')).toMatchObject({ status: 'False' });
    stage.now += 6 * MINUTE;
    await stage.settle();
    expect(await stage.condition('Stalled')).toMatchObject({
      status: 'True',
      reason: 'CanaryNotAccepted',
      message: expect.stringMatching(/tasks-1.*wrong issuer.*keyturn status tokens/),
    });
    stage.processes.delete('tasks-1');
    await stage.settle();
    expect(await stage.run('r1')).toMatchObject({ phase: 'Complete' });
    expect((await stage.run('r1')).waitingFor).toBeUndefined();
  });

  it('queues behind one that works, and a third is refused', async () => {
    stage.processes.set('tasks-1', { silent: true });
    for (const id of ['r1', 'r2', 'r3']) {
      await stage.request(id, { kind: 'rotate' });
      stage.now += 1;
      await stage.settle();
    }
    expect([(await stage.run('r1')).phase, (await stage.run('r2')).phase]).toEqual(['Waiting', 'Queued']);
    expect(await stage.run('r3')).toMatchObject({ phase: 'Refused', refused: { reason: 'QueueFull' } });
    expect(await stage.status()).toMatchObject({ currentRun: 'r1', queuedRun: 'r2' });
    stage.processes.delete('tasks-1');
    await stage.settle();
    expect([(await stage.run('r1')).phase, (await stage.run('r2')).phase]).toEqual(['Complete', 'Complete']);
    expect(stage.steps()).toEqual(['prove', 'activate', 'prove', 'activate', 'prove']);
  });

  it('is refused when maxLiveKeys would be exceeded, with the time from which it is safe', async () => {
    await stage.setPolicy({ ...POLICY, safety: { maxLiveKeys: 3 } });
    await stage.settle();
    await stage.request('r1', { kind: 'rotate' });
    await stage.settle();
    await stage.request('r2', { kind: 'rotate' });
    await stage.settle();
    const earliest = new Date(stage.now + 15 * MINUTE + 30_000 + 4_000 + HOUR).toISOString();
    expect(await stage.run('r2')).toMatchObject({ phase: 'Refused', refused: { reason: 'TooManyLiveKeys', earliest } });
    expect((await stage.status()).earliestRetirement).toBe(earliest);
    stage.now = Date.parse(earliest);
    await stage.settle();
    await stage.request('r3', { kind: 'rotate' });
    await stage.settle();
    expect(await stage.run('r3')).toMatchObject({ phase: 'Complete' });
  });

  it('can be aborted until its key signs; the standby stays, and nothing was written', async () => {
    stage.processes.set('tasks-1', { silent: true });
    const { generation } = await stage.truth();
    await stage.request('r1', { kind: 'rotate' });
    await stage.settle();
    await stage.request('a1', { kind: 'abort' });
    await stage.settle();
    expect([(await stage.run('r1')).phase, (await stage.run('a1')).phase]).toEqual(['Aborted', 'Complete']);
    expect((await stage.truth()).generation).toBe(generation);
    stage.processes.delete('tasks-1');
    await stage.settle();
    expect((await stage.truth()).generation).toBe(generation);
    await stage.request('a2', { kind: 'abort' });
    await stage.settle();
    expect(await stage.run('a2')).toMatchObject({ phase: 'Refused', refused: { reason: 'NothingToAbort' } });
  });

  it('is not overwritten by an operator that still believes in it after somebody else has ended it', async () => {
    stage.processes.set('tasks-1', { silent: true });
    await stage.request('r1', { kind: 'rotate' });
    await stage.settle();
    const aborted = { ...(await stage.run('r1')), phase: 'Aborted' as const };
    stage.faults = {
      consumers: async (ring) => {
        await stage.real.putRun(aborted);
        stage.processes.set('tasks-1', { refuses: 'something new to tell' });
        return stage.real.consumers(ring);
      },
    };
    await stage.turn();
    expect((await stage.run('r1')).phase).toBe('Aborted');
  });
});

describe('retire', () => {
  it('is refused with the end of the drain; afterwards the key goes by itself', async () => {
    const drained = await stage.activeKid();
    await stage.request('r1', { kind: 'rotate' });
    await stage.settle();
    await stage.request('t1', { kind: 'retire', kid: drained });
    await stage.settle();
    const { earliest } = (await stage.run('t1')).refused ?? {};
    expect(await stage.run('t1')).toMatchObject({ phase: 'Refused', refused: { reason: 'DrainNotOver' } });
    expect(earliest).toBe((await stage.status()).earliestRetirement);
    stage.now = Date.parse(earliest ?? '') - 1;
    await stage.settle();
    expect(stage.steps()).not.toContain('retire');
    stage.now += 1;
    await stage.settle();
    expect(stage.steps()).toContain('retire');
    const gone = (await stage.truth()).keys.find(({ kid }) => kid === drained);
    expect(gone).toMatchObject({ state: 'retired' });
    expect(gone?.secret).toBeUndefined();
  });
});

describe('the schedule', () => {
  it('begins a run of its own, once for all the intervals that the operator was away', async () => {
    stage.now += 240 * HOUR;
    stage.restart();
    await stage.settle();
    stage.now += HOUR;
    await stage.settle();
    const runs = await stage.real.runs('tokens');
    expect(runs.map(({ reason, phase }) => [reason, phase])).toEqual([['Scheduled', 'Complete']]);
    expect((await stage.status()).nextRotation).toBe(new Date(stage.now - HOUR + 24 * HOUR).toISOString());
  });

  it('skips one interval when its run is aborted', async () => {
    stage.processes.set('tasks-1', { silent: true });
    stage.now += 24 * HOUR;
    await stage.settle();
    await stage.request('a1', { kind: 'abort' });
    await stage.settle();
    stage.processes.delete('tasks-1');
    stage.now += 23 * HOUR;
    await stage.settle();
    expect(stage.steps()).toEqual(['prove']);
    stage.now += HOUR;
    await stage.settle();
    expect(stage.steps()).toEqual(['prove', 'activate', 'prove']);
  });

  it('stops while it is paused and when the policy is removed, and the keys stay', async () => {
    await stage.setPolicy({ ...POLICY, rotation: { interval: '24h', paused: true } });
    stage.now += 48 * HOUR;
    await stage.settle();
    expect(await stage.condition('Progressing')).toMatchObject({ status: 'False', reason: 'Paused' });
    await stage.setPolicy(POLICY);
    stage.faults = { policy: async () => undefined };
    await stage.settle();
    expect(stage.steps()).not.toContain('activate');
    await stage.request('r1', { kind: 'rotate' });
    await stage.settle();
    expect(await stage.run('r1')).toMatchObject({ phase: 'Complete' });
  });
});

describe('a revocation', () => {
  it('supersedes a rotation that waits, is written without asking anybody, and says when it was refused', async () => {
    const leaked = await stage.activeKid();
    stage.processes.set('tasks-1', { silent: true });
    await stage.request('r1', { kind: 'rotate' });
    await stage.settle();
    await stage.request('v1', { kind: 'revoke', keys: [leaked] });
    await stage.turn();
    expect(stage.steps()).toEqual(['prove', 'revoke']);
    expect((await stage.run('r1')).phase).toBe('Superseded');
    await stage.settle();
    expect(await stage.run('v1')).toMatchObject({
      phase: 'Waiting',
      waitingFor: [{ name: 'tasks-1', why: 'NotAnswering' }],
    });
    stage.now += 700;
    stage.processes.delete('tasks-1');
    await stage.settle();
    const { emergency, phase } = await stage.run('v1');
    const at = (ms: number) => new Date(stage.now - 700 + ms).toISOString();
    expect([phase, emergency]).toEqual([
      'Complete',
      { declaredAt: at(0), writtenAt: at(0), firstRefusedAt: at(0), lastRefusedAt: at(700), finishedAt: at(700) },
    ]);
  });

  it('that is proven before all processes were heard at once says that they refused by its end', async () => {
    await stage.request('v1', { kind: 'revoke', keys: [await stage.activeKid()] });
    await stage.turn();
    const ring = await stage.truth();
    const at = new Date(stage.now).toISOString();
    const emergency = { declaredAt: at, writtenAt: at, firstRefusedAt: at };
    const run: RunRecord = { ...(await stage.run('v1')), phase: 'Running', kids: ['gone'], emergency };
    const turn = { ring, plan: { outcome: 'idle' } as unknown as Plan, unproven: [], isBehind: false };
    const [ended] = progress([run], { ...turn, now: stage.now + 500 });
    const end = new Date(stage.now + 500).toISOString();
    expect(ended?.emergency).toMatchObject({ firstRefusedAt: at, lastRefusedAt: end, finishedAt: end });
  });

  it('whose record is deleted meanwhile is still proven and finished, outside verifiers included, under a run of its own', async () => {
    await stage.setPolicy({ ...POLICY, outside: [{ name: 'partner', cache: '5m' }] });
    await stage.settle();
    const leaked = await stage.activeKid();
    await stage.request('v1', { kind: 'revoke', keys: [leaked] });
    await stage.settle();
    const state = async () => (await stage.truth()).keys.find(({ kid }) => kid === leaked)?.state;
    expect(await state()).toBe('compromised');
    await rm(join(stage.state, 'runs', 'v1.json'));
    await stage.settle();
    stage.now += 6 * MINUTE;
    await stage.settle();
    expect(await state()).toBe('revoked');
    const { currentRun } = await stage.status();
    expect(currentRun).toBeUndefined();
    const [run] = (await stage.real.runs('tokens')).filter(({ id }) => id.startsWith('revoke.tokens.'));
    expect(run).toMatchObject({ phase: 'Complete', kids: [leaked], requestedBy: 'operator', unproven: ['partner'] });
  });

  it('of all keys is fixed when it is taken: keys made afterwards are not revoked by it', async () => {
    const leaked = (await stage.truth()).keys.map(({ kid }) => kid);
    await stage.request('v1', { kind: 'revoke', keys: 'all' });
    await stage.settle();
    expect(await stage.run('v1')).toMatchObject({ phase: 'Complete', kids: leaked });
    const { keys } = await stage.truth();
    expect(keys.filter(({ kid }) => leaked.includes(kid)).map(({ state }) => state)).toEqual(['revoked', 'revoked']);
    expect(await stage.activeKid()).toBeDefined();
  });

  it('does not wait for a process that hangs', async () => {
    stage.processes.set('tasks-1', { hangs: true });
    const asked = stage.events.length;
    const hanging = stage.turn();
    await eventually('everybody is being asked', () =>
      stage.events.slice(asked).some(({ event }) => event === 'listed'),
    );
    await stage.request('v1', { kind: 'revoke', keys: [await stage.activeKid()] });
    await hanging;
    await stage.turn();
    expect(stage.steps()).toContain('revoke');
  });

  it('cannot be aborted, and one of an unknown key is refused', async () => {
    stage.processes.set('tasks-1', { silent: true });
    await stage.request('v0', { kind: 'revoke', keys: ['no-such-kid'] });
    await stage.settle();
    expect(await stage.run('v0')).toMatchObject({ phase: 'Refused', refused: { reason: 'UnknownKey' } });
    await stage.request('v1', { kind: 'revoke', keys: [await stage.activeKid()] });
    await stage.settle();
    await stage.request('a1', { kind: 'abort' });
    await stage.settle();
    expect(await stage.run('a1')).toMatchObject({ phase: 'Refused', refused: { reason: 'CannotAbortRevocation' } });
  });
});

describe('who is left out', () => {
  it('is a pod that never started, a minute after the projection is stored, and not a moment earlier', async () => {
    await stage.consumer('new-1', 'holder', null);
    stage.processes.set('new-1', { silent: true });
    await stage.request('r1', { kind: 'rotate' });
    await stage.settle();
    expect((await stage.run('r1')).waitingFor).toMatchObject([{ name: 'new-1', why: 'NotAnswering' }]);
    stage.now += MINUTE - 1;
    await stage.settle();
    expect((await stage.run('r1')).phase).toBe('Waiting');
    stage.now += 1;
    await stage.settle();
    expect((await stage.run('r1')).phase).toBe('Complete');
  });

  it('is a dead process only after the restart grace and a minute; until then its last receipt counts for a revocation', async () => {
    stage.processes.set('tasks-1', { silent: true });
    await stage.consumer('tasks-1', 'holder', 2 ** 22 - 1);
    await stage.request('v1', { kind: 'revoke', keys: [await stage.activeKid()] });
    await stage.settle();
    expect((await stage.run('v1')).waitingFor).toMatchObject([{ name: 'tasks-1', generation: 2 }]);
    stage.now += HOUR + MINUTE - 1;
    await stage.settle();
    expect((await stage.run('v1')).phase).toBe('Waiting');
    stage.now += 1;
    await stage.settle();
    expect((await stage.run('v1')).phase).toBe('Complete');
  });

  const onLinux = (name: string, work: () => Promise<void>): void =>
    existsSync('/proc/self/stat') ? it(name, work) : it.skip(`${name}, skipped: there is no /proc here`, work);
  onLinux('is a dead process whose pid belongs to somebody else by now', async () => {
    const listed = async (startTime: string | null) => {
      await stage.consumer('tasks-1', 'holder', process.pid, startTime);
      return (await stage.real.consumers('tokens')).find(({ name }) => name === 'tasks-1')?.state;
    };
    const stat = await readFile('/proc/self/stat', 'utf8');
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
    expect(await listed(`${ticks}@${boot}`)).toBe('running');
    expect(await listed(`1@${boot}`)).toBe('notRunning');
    expect(await listed(`${ticks}@another-boot`)).toBe('notRunning');
    expect(await listed(null)).toBe('running');
  });
});

describe('the record of runs', () => {
  it('holds an abort that was interrupted by a full disk until the rotation is really aborted', async () => {
    stage.processes.set('tasks-1', { silent: true });
    await stage.request('r1', { kind: 'rotate' });
    await stage.settle();
    let writes = 0;
    stage.faults = {
      putRun: async (run) => {
        if (++writes > 1) throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
        await stage.real.putRun(run);
      },
    };
    await stage.request('a1', { kind: 'abort' });
    await stage.turn();
    stage.faults = {};
    stage.restart();
    await stage.settle();
    expect((await stage.run('r1')).phase).toBe('Aborted');
  });

  it('keeps the end of a run, whatever a slower operator stores afterwards', async () => {
    stage.processes.set('tasks-1', { silent: true });
    await stage.request('r1', { kind: 'rotate' });
    await stage.settle();
    const slow = await stage.run('r1');
    await stage.real.putRun({ ...slow, phase: 'Aborted' });
    await stage.real.putRun({ ...slow, phase: 'Running' });
    await stage.real.putRun({ ...slow, phase: 'Complete' });
    expect((await stage.run('r1')).phase).toBe('Aborted');
    expect((await stage.real.runs('tokens')).map(({ phase }) => phase)).toEqual(['Aborted']);
  });

  it('shows the end of a run to everybody though its operator died before it had', async () => {
    await stage.request('r1', { kind: 'rotate' });
    await stage.settle();
    const ended = await stage.run('r1');
    await writeFile(join(stage.state, 'runs', 'r1.json'), JSON.stringify({ ...ended, phase: 'Running' }));
    stage.restart();
    await stage.settle();
    expect((await stage.run('r1')).phase).toBe('Complete');
  });

  it('keeps an aborted run of the schedule however many others come after it: it would begin again', async () => {
    await stage.setPolicy({ ...POLICY, rotation: { interval: '24h', historyLimit: 1 } });
    await stage.settle();
    stage.processes.set('tasks-1', { silent: true });
    stage.now += 25 * HOUR;
    await stage.settle();
    await stage.request('a1', { kind: 'abort' });
    await stage.settle();
    for (const id of ['x1', 'x2', 'x3']) {
      stage.now += 1;
      await stage.request(id, { kind: 'abort' });
      await stage.settle();
    }
    const runs = await stage.real.runs('tokens');
    expect(runs.map(({ phase, reason }) => `${reason} ${phase}`).sort()).toEqual([
      'Manual Refused',
      'Scheduled Aborted',
    ]);
  });
});
