import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { identify, isRunning, type ProcessIdentity } from '../src/processes/identity.js';
import { Person } from './person.js';
import { until } from './until.js';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));

let home: string;
const launchers: ChildProcess[] = [];

/** Runs the launcher in `home`, as `npm start` does; `said` is what it has written so far. */
const run = (...args: string[]) => {
  // A machine without Python.
  const env = { PATH: join(home, 'bin'), XDG_CACHE_HOME: home, NO_COLOR: '1' };
  const child = spawn(process.execPath, [MAIN, ...args], { cwd: home, env, stdio: ['ignore', 'pipe', 'pipe'] });
  launchers.push(child);
  const state = { said: '', child, exit: once(child, 'exit') as Promise<[number | null, string | null]> };
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (state.said += data));
  return state;
};

const untilReady = async (launcher: ReturnType<typeof run>): Promise<void> => {
  const ended = launcher.exit.then(() => Promise.reject(new Error(`it ended:\n${launcher.said}`)));
  ended.catch(() => undefined);
  while (!launcher.said.includes('Ready')) await Promise.race([once(launcher.child.stdout!, 'data'), ended]);
};

const local = () => JSON.parse(readFileSync(join(home, '.keyturn', 'local.json'), 'utf8'));

/** Every process of the platform: the services, the operator, PostgreSQL. */
const family = (): ProcessIdentity[] => {
  const services = local().processes.map(({ pid }: { pid: number }) => pid);
  const postmaster = readFileSync(join(home, '.keyturn', 'postgres', 'cluster', 'postmaster.pid'), 'utf8');
  return [...services, Number(postmaster.split('\n')[0])].map((pid) => identify(pid)!);
};

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'launcher-spec-'));
  chmodSync(home, 0o711);
});

afterAll(async () => {
  for (const child of launchers) if (child.exitCode === null) child.kill('SIGTERM');
  await Promise.all(launchers.map((child) => child.exitCode ?? child.signalCode ?? once(child, 'exit')));
  rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
});

describe('npm start', () => {
  it('survives its own violent death: what it left is found, and the data too', async () => {
    const blocker = createServer()
      .listen(8080, '127.0.0.1')
      .on('error', () => undefined);
    const first = run();
    await untilReady(first);
    blocker.close();
    const { url, demo } = local();
    expect(new URL(url).port).not.toBe('8080');
    expect(first.said).toContain(url);
    expect(first.said).toMatch(/– reports +there is no python3 of version 3\.11 or newer on this machine/);
    const person = new Person(url);
    expect(await person.signIn(demo.email, demo.password)).toBe(200);
    const created = await person.tasks(await person.token(), {
      method: 'POST',
      body: JSON.stringify({ title: 'kept' }),
    });
    expect(created.status).toBe(201);

    const second = run();
    expect(await second.exit).toEqual([1, null]);
    expect(second.said).toContain(`already runs in this directory: ${url}`);

    const left = family();
    first.child.kill('SIGKILL');
    await first.exit;
    expect(left.every(isRunning)).toBe(true);

    const third = run();
    await untilReady(third);
    expect(left.filter(isRunning)).toEqual([]);
    expect(third.said).toMatch(/left from last time +.*auth-1/);
    const again = new Person(local().url);
    // The platform signs in by itself at every start: this may be one sign-in more than an address has in ten seconds.
    await until('the demo user is signed in', async () => {
      const status = await again.signIn(demo.email, demo.password);
      expect([200, 429]).toContain(status);
      return status === 200;
    });
    const kept = (await (await again.tasks(await again.token())).json()) as unknown;
    expect(JSON.stringify(kept)).toContain('"kept"');

    const all = family();
    third.child.kill('SIGINT');
    expect(await third.exit).toEqual([0, null]);
    expect(all.filter(isRunning)).toEqual([]);
    expect(third.said).toContain('Nothing is left running');
  }, 180_000);

  it('forgets everything with --reset, and ends in order while it is still starting', async () => {
    const before = JSON.parse(readFileSync(join(home, '.keyturn', 'demo.json'), 'utf8'));
    const launcher = run('--reset');
    await untilReady(launcher);
    const { url, demo } = local();
    expect(demo.password).not.toBe(before.password);
    expect(await new Person(url).signIn(before.email, before.password)).toBe(401);
    launcher.child.kill('SIGTERM');
    expect(await launcher.exit).toEqual([0, null]);

    const starting = run();
    while (!starting.said.includes('migrations')) await once(starting.child.stdout!, 'data');
    const postmaster = readFileSync(join(home, '.keyturn', 'postgres', 'cluster', 'postmaster.pid'), 'utf8');
    const database = identify(Number(postmaster.split('\n')[0]))!;
    starting.child.kill('SIGINT');
    expect(await starting.exit).toEqual([0, null]);
    expect(isRunning(database)).toBe(false);
  }, 120_000);

  it('says in one sentence what is wrong with its options or its environment', async () => {
    const wrong = run('--port', '99999');
    expect(await wrong.exit).toEqual([2, null]);
    expect(wrong.said).toContain('--port: must be a whole number from 1 to 65535');
    const unknown = run('--prot', '1');
    expect(await unknown.exit).toEqual([2, null]);
    expect(unknown.said).toContain("Unknown option '--prot'");
    expect(unknown.said + wrong.said).not.toMatch(/\n +at /);
  });
});
