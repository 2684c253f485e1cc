import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import type { Writable } from 'node:stream';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '@keyturn/postgres';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Crew } from '../src/platform/crew.js';
import { atGate, OPEN } from '../src/processes/gate.js';
import { identify, isRunning } from '../src/processes/identity.js';
import { createProcessRecords } from '../src/processes/records.js';
import { until } from './until.js';

const PROGRAM = fileURLToPath(new URL('programs/process.mjs', import.meta.url));

let home: string;
let crew: Crew;

const records = () => createProcessRecords(join(home, 'processes'));
const consumer = (name = 'one') => JSON.parse(readFileSync(join(home, 'state', 'consumers', `${name}.json`), 'utf8'));
const ready = (name = 'one') => crew.ready([name], 20_000);

/** `beforeSpawn` is called at the last moment before a process of the pod exists. */
const addPod = async (extra: Record<string, string> = {}, beforeSpawn: () => void = () => undefined) => {
  const port = await freePort();
  const managementUrl = `http://127.0.0.1:${port}`;
  return crew.add({
    name: 'one',
    program: [process.execPath, PROGRAM],
    url: managementUrl,
    managementUrl,
    rings: { 'access-tokens': 'verifier' },
    log: join(home, 'one.log'),
    env: ({ uid, dir }) => {
      beforeSpawn();
      return { MANAGEMENT_PORT: String(port), POD_UID: uid, POD_DIR: dir, ...extra };
    },
  });
};

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'pods-spec-'));
  crew = new Crew({ stateDir: join(home, 'state'), podsDir: join(home, 'pods'), records: records() });
});

afterEach(async () => {
  await Promise.all(crew.all().map((pod) => pod.remove()));
  rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
});

describe('a pod', () => {
  it('is announced as a consumer before its process exists, and names it then', async () => {
    const before: unknown[] = [];
    const pod = await addPod({}, () => before.push(consumer().pid));
    pod.start();
    await ready();
    expect(before).toEqual([null]);
    expect(consumer()).toEqual({
      name: 'one',
      service: 'one',
      ...identify(pod.process!.pid),
      podUid: pod.uid,
      managementUrl: pod.spec.managementUrl,
      rings: { 'access-tokens': 'verifier' },
    });
  });

  it('starts its next process after a crash with the same uid, files and address', async () => {
    const announced: unknown[] = [];
    const pod = await addPod({}, () => announced.push(consumer().pid));
    pod.start();
    await ready();
    const before = { uid: pod.uid, pid: pod.process!.pid };
    await pod.kill();
    await ready();
    // Between two processes the file names the one that ended: `null` would say that none was ever started.
    expect(announced).toEqual([null, before.pid]);
    expect(pod.uid).toBe(before.uid);
    expect(consumer()).toMatchObject({ pid: pod.process!.pid, podUid: before.uid });
    expect(readFileSync(join(home, 'pods', pod.uid, 'own'), 'utf8')).toBe(`${before.pid}${pod.process!.pid}`);
  });

  it('keeps its place while it is held, and leaves nothing when it is removed', async () => {
    const pod = await addPod();
    pod.start();
    await ready();
    const { process: identity } = pod;
    await pod.hold();
    expect(isRunning(identity!)).toBe(false);
    expect(consumer().podUid).toBe(pod.uid);
    pod.start();
    await ready();
    await pod.remove();
    expect(existsSync(join(home, 'state', 'consumers', 'one.json'))).toBe(false);
    expect(existsSync(join(home, 'pods', pod.uid))).toBe(false);
  });

  it('is another one after it was replaced', async () => {
    const pod = await addPod();
    pod.start();
    await ready();
    const { uid } = pod;
    await pod.replace();
    await ready();
    expect(pod.uid).not.toBe(uid);
    expect(consumer().podUid).toBe(pod.uid);
    expect(existsSync(join(home, 'pods', uid))).toBe(false);
  });

  it('is not ready as soon as its process says so', async () => {
    const pod = await addPod();
    pod.start();
    await ready();
    const changed = new Promise<void>((resolve) => {
      crew.onChange(({ phase }) => phase === 'not ready' && resolve());
    });
    await fetch(`${pod.spec.managementUrl}/not-ready`);
    await changed;
  });

  it('has no process that is not written down: on a full disk none runs, and later it starts', async () => {
    const pod = await addPod();
    const consumers = join(home, 'state', 'consumers');
    // The folder cannot take a file; which of the two writes fails makes no difference to what must not happen.
    mkdirSync(join(home, 'state'));
    writeFileSync(consumers, '');
    pod.start();
    await expect(ready()).rejects.toThrow(/one cannot be started: E[A-Z]+/);
    expect(existsSync(join(home, 'pods', pod.uid, 'own'))).toBe(false);
    rmSync(consumers);
    await ready();
    expect(consumer()).toMatchObject({ pid: pod.process!.pid });

    rmSync(join(home, 'processes'), { recursive: true });
    writeFileSync(join(home, 'processes'), '');
    const own = () => readFileSync(join(home, 'pods', pod.uid, 'own'), 'utf8');
    const before = own();
    await pod.kill();
    await until('it cannot be started', () => pod.trouble !== undefined);
    await sleep(500);
    expect(own()).toBe(before);
    rmSync(join(home, 'processes'));
    await ready();
    expect(own()).toBe(`${before}${pod.process!.pid}`);
  });

  it('waits at its gate until it is written down, and ends there when nobody is left to do so', async () => {
    const wait = () => {
      const [gate, ...args] = atGate([process.execPath, PROGRAM]);
      return spawn(gate, args, { env: { CRASH: 'yes' }, stdio: ['ignore', 'ignore', 'inherit', 'pipe'] });
    };
    const abandoned = wait();
    await sleep(500);
    expect(abandoned.exitCode).toBeNull();
    (abandoned.stdio[3] as Writable).end();
    expect(await once(abandoned, 'exit')).toEqual([1, null]);
    const opened = wait();
    (opened.stdio[3] as Writable).end(OPEN);
    expect(await once(opened, 'exit')).toEqual([3, null]);
  });

  it('that keeps crashing is given up at the start, with the last lines of its log', async () => {
    const pod = await addPod({ CRASH: 'yes' });
    pod.start();
    await expect(ready()).rejects.toThrow(/one keeps ending[^]*the reason is in the log/);
  });
});

describe('what a killed launcher left', () => {
  it('is ended by pid and start time together', async () => {
    const children = ['left', 'reused'].map((name) => {
      const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
      return { name, child, identity: records().add(name, child.pid!)! };
    });
    const [left, reused] = children;
    writeFileSync(
      join(home, 'processes', 'reused.json'),
      JSON.stringify({ ...reused!.identity, startTime: '1@other' }),
    );
    writeFileSync(join(home, 'processes', 'damaged.json'), '{"pid":');
    const ended = once(left!.child, 'exit');
    expect(await records().endLeftovers(5_000)).toEqual(['left']);
    await ended;
    await sleep(50);
    expect(isRunning(reused!.identity)).toBe(true);
    reused!.child.kill('SIGKILL');
    await once(reused!.child, 'exit');
    expect(await records().endLeftovers(0)).toEqual([]);
  });
});
