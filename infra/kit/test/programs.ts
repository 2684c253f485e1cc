import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { dirname, resolve } from 'node:path';
import type { WorkspaceCopy } from '@keyturn/workspace';

/** Nothing of the test's own surroundings but where programs are: this Node first. */
const env = {
  PATH: `${dirname(process.execPath)}:${process.env['PATH']}`,
  HOME: process.env['HOME'],
  NX_DAEMON: 'false',
  NX_NO_CLOUD: 'true',
  FORCE_COLOR: '0',
};

export interface Ended {
  readonly status: number | null;
  readonly said: string;
}

/** Runs a file with this Node in the copy, to its end. */
export const run = (copy: WorkspaceCopy, file: string, ...args: string[]): Ended => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [resolve(copy.root, file), ...args], {
    cwd: copy.root,
    env,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  return { status, said: `${stdout}${stderr}` };
};

/** The same while the test goes on. */
export const runMeanwhile = async (copy: WorkspaceCopy, file: string, ...args: string[]): Promise<Ended> => {
  const child = spawn(process.execPath, [copy.path(file), ...args], { cwd: copy.root, env });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (said += data));
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, said };
};

export const nx = (copy: WorkspaceCopy, ...args: string[]): Ended =>
  run(copy, 'node_modules/nx/dist/bin/nx.js', ...args);

/** Loaded first into the launcher: a test that is killed takes it along, and it ends its processes in order. */
const WITH_PARENT =
  'data:text/javascript,setInterval(() => process.ppid === parent || process.kill(process.pid, "SIGTERM"), 500).unref();' +
  'const parent = process.ppid;';

/** `npm start` of the copy, until it is ready. */
export const start = async (copy: WorkspaceCopy): Promise<ChildProcess> => {
  const child = spawn(process.execPath, ['--import', WITH_PARENT, copy.path('infra/local/start.mjs'), '--no-web'], {
    cwd: copy.root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (said += data));
  const ended = once(child, 'exit').then(() => Promise.reject(new Error(`it ended:\n${said}`)));
  ended.catch(() => undefined);
  while (!said.includes('Ready')) await Promise.race([once(child.stdout, 'data'), ended]);
  return child;
};

export const stop = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
};
