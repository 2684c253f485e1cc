import { spawn } from 'node:child_process';
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Account } from './account.js';
import type { Binaries } from './binaries.js';
import { readPostmaster } from './postmaster.js';

export class PortTakenError extends Error {}

export interface RunningPostmaster {
  readonly pid: number;
  exited(): boolean;
  /** Ends our care for it: it is gone, or left to itself. */
  release(): void;
}

interface LaunchOptions {
  readonly binaries: Binaries;
  readonly account: Account;
  readonly cluster: string;
  readonly port: number;
  readonly log: string;
  readonly durable: boolean;
}

const START_PATIENCE_MS = 60_000;
const START_ATTEMPTS = 20;

/** Fast, and worthless after a power cut; a crash of the server alone loses nothing that was committed. */
const THROW_AWAY = ['fsync=off', 'full_page_writes=off', 'autovacuum=off'];

/** Starts one postmaster and resolves when it says that it is ready. Throws PortTakenError, or an Error with its last words. */
export const launchPostmaster = async (options: LaunchOptions): Promise<RunningPostmaster> => {
  for (let attempt = 1; ; attempt += 1) {
    const from = logSize(options.log);
    const running = spawnPostmaster(options);
    if (await becomesReady(running, options.cluster)) return running;
    running.release();
    const words = readFileSync(options.log, 'utf8').slice(from);
    if (/Address already in use|could not bind/i.test(words)) {
      throw new PortTakenError(`port ${options.port} is taken`);
    }
    // Backends of a killed postmaster take a moment to notice that they are alone.
    if (!/pre-existing shared memory block|lock file ".*" already exists/.test(words) || attempt >= START_ATTEMPTS) {
      throw new Error(`PostgreSQL did not start: ${words.trim().slice(-600) || `see ${options.log}`}`);
    }
    await sleep(200);
  }
};

const logSize = (log: string): number => {
  const fd = openSync(log, 'a', 0o600);
  try {
    return fstatSync(fd).size;
  } finally {
    closeSync(fd);
  }
};

const spawnPostmaster = ({ binaries, account, cluster, port, log, durable }: LaunchOptions): RunningPostmaster => {
  const settings = [
    `port=${port}`,
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=200',
    'log_timezone=UTC',
    'timezone=UTC',
    ...(durable ? [] : THROW_AWAY),
  ];
  const args = ['-D', cluster, ...settings.flatMap((setting) => ['-c', setting])];
  const out = openSync(log, 'a', 0o600);
  const child = spawn(binaries.postgres, args, {
    ...account.as,
    cwd: '/',
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
    detached: true,
    stdio: ['ignore', out, out],
  });
  closeSync(out);
  let exited = false;
  child.once('exit', () => (exited = true));
  child.once('error', () => (exited = true));
  child.unref();
  const pid = child.pid ?? 0;
  // A caller that ends without stop() takes the server with it; one that is killed leaves it to the next start.
  const onExit = (): void => {
    if (!exited && pid) process.kill(pid, 'SIGINT');
  };
  process.on('exit', onExit);
  return { pid, exited: () => exited, release: () => process.off('exit', onExit) };
};

const becomesReady = async (running: RunningPostmaster, cluster: string): Promise<boolean> => {
  const deadline = performance.now() + START_PATIENCE_MS;
  while (!running.exited() && performance.now() < deadline) {
    const postmaster = readPostmaster(cluster);
    if (postmaster?.pid === running.pid && postmaster.ready) return true;
    await sleep(10);
  }
  return false;
};
