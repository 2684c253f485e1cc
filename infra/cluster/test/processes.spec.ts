import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { openCrew } from '../src/processes/crew.js';
import { identify, isRunning } from '../src/processes/identity.js';
import { withLock } from '../src/processes/lock.js';
import { until } from './until.js';

const home = mkdtempSync(join(tmpdir(), 'processes-spec-'));
afterAll(() => rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }));

const shell = (name: string, script: string) => ({ name, program: '/bin/sh', args: ['-c', script] });

describe('the daemons of a directory', () => {
  it('are found again by whoever opens it, and ended', async () => {
    const dir = join(home, 'found');
    openCrew(dir, 'own').start(shell('sleeper', 'sleep 100'));
    const later = openCrew(dir, 'own');
    const identity = later.find('sleeper');
    expect(later.names()).toEqual(['sleeper']);
    expect(identity && isRunning(identity)).toBe(true);
    await later.end('sleeper');
    expect(identity && isRunning(identity)).toBe(false);
    expect(later.names()).toEqual([]);
  });

  it('are not taken for another process that has the pid of one by now', async () => {
    const dir = join(home, 'reused');
    const crew = openCrew(dir, 'own');
    const bystander = spawn('sleep', ['100'], { stdio: 'ignore' });
    const { pid = 0 } = bystander;
    writeFileSync(join(dir, 'run', 'sleeper.json'), JSON.stringify({ pid, startTime: '1' }));
    expect(crew.find('sleeper')).toBeUndefined();
    await crew.end('sleeper');
    expect(identify(pid)).toBeDefined();
    bystander.kill('SIGKILL');
    await once(bystander, 'exit');
  });

  it('say why they ended to who waits for them, at once', async () => {
    const crew = openCrew(join(home, 'words'), 'caller');
    crew.start(shell('broken', 'echo no such disk >&2; exit 1'));
    await expect(crew.await('answer', 'broken', 20_000, async () => false)).rejects.toThrow(
      /broken ended.*no such disk/s,
    );
    crew.start({ name: 'absent', program: '/nowhere/absent', args: [] });
    await expect(crew.await('answer', 'absent', 20_000, async () => false)).rejects.toThrow(/absent ended.*nowhere/s);
  });

  it('say which others have ended, and what else is known, to who waits for one that goes on', async () => {
    const crew = openCrew(join(home, 'others'), 'caller');
    crew.start(shell('waiting', 'echo nobody answers; sleep 100'));
    crew.start(shell('fine', 'sleep 100'));
    crew.start(shell('gone', 'for n in 1 2 3 4 5 6 7; do echo line $n; done; echo no space left >&2; exit 1'));
    await until('one has ended and one has spoken', () => !crew.find('gone') && crew.lastWords('waiting') !== '');
    const never = async (): Promise<boolean> => false;
    const waited = crew.await('answer', 'waiting', 1, never, async () => 'pod dns is not ready');
    const { message } = await waited.then(
      () => new Error('it resolved'),
      (error: Error) => error,
    );
    expect(message).toBe(
      [
        'no answer in time; the log of waiting ends with:',
        'nobody answers',
        'gone has ended as well: line 4',
        'line 5',
        'line 6',
        'line 7',
        'no space left',
        'pod dns is not ready',
      ].join('\n'),
    );
    for (const name of crew.names()) await crew.end(name);
  });

  it('get a grace to end in when they are given one', async () => {
    const crew = openCrew(join(home, 'grace'), 'caller');
    const mark = join(home, 'ended');
    crew.start(shell('polite', `trap 'echo ended >${mark}; exit' TERM; echo ready; while :; do sleep 0.05; done`));
    await crew.await('trap', 'polite', 20_000, async () => crew.lastWords('polite') === 'ready');
    await crew.end('polite', 20_000);
    expect(readFileSync(mark, 'utf8')).toBe('ended\n');
  });
});

/** Ends its first thread as a kill does, and goes on with another until its input has ended. */
const WITHOUT_FIRST_THREAD = `
import ctypes, platform, sys, threading
threading.Thread(target=sys.stdin.read).start()
ctypes.CDLL(None).syscall({"x86_64": 60}.get(platform.machine(), 93), 0)
`;
const hasPython = spawnSync('python3', ['-c', '']).status === 0;
const whyNot = hasPython ? '' : ', skipped: no python3';

describe('a process whose first thread has ended', () => {
  (hasPython ? it : it.skip)(`runs until its last one has: that may hold a port${whyNot}`, async () => {
    const child = spawn('python3', ['-c', WITHOUT_FIRST_THREAD], { stdio: ['pipe', 'ignore', 'inherit'] });
    const { pid = 0 } = child;
    const identity = identify(pid);
    const exit = once(child, 'exit');
    try {
      await until('the first thread has ended', () => readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z '));
      expect(identity && isRunning(identity)).toBe(true);
    } finally {
      child.stdin.end();
      await exit;
    }
    expect(identity && isRunning(identity)).toBe(false);
  });
});

describe('a lock', () => {
  it('lets one in at a time, and tells who has to wait', async () => {
    const path = join(home, 'lock');
    const events: string[] = [];
    let release = (): void => undefined;
    const held = new Promise<void>((done) => (release = done));
    const first = withLock(path, async () => {
      events.push('first in');
      await held;
      events.push('first out');
    });
    await until('the first is in', () => events.length > 0);
    const waits = (): void => {
      events.push('second waits');
      release();
    };
    await withLock(path, async () => void events.push('second in'), waits);
    await first;
    expect(events).toEqual(['first in', 'second waits', 'first out', 'second in']);
  });

  it('is free again after its work failed', async () => {
    const path = join(home, 'failed');
    const work = async (): Promise<never> => {
      throw new Error('no');
    };
    await expect(withLock(path, work)).rejects.toThrow('no');
    expect(await withLock(path, async () => 'in')).toBe('in');
  });
});
