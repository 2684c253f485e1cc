import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a postmaster writes about itself into its data directory. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  readonly ready: boolean;
}

/** postmaster.pid: pid, data directory, start time, port, socket directory, address, shared memory, status. */
export const readPostmaster = (cluster: string): Postmaster | undefined => {
  let lines: string[];
  try {
    lines = readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return undefined;
  }
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 1) return undefined;
  return { pid, port: Number(lines[3]), ready: lines[7]?.trim() === 'ready' };
};

export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** A dead process whose parent has not asked for its exit code (a container without an init keeps such ones). */
const isZombie = (pid: number): boolean => {
  try {
    return /\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
};

/** Whether the process is a postmaster of exactly this cluster: its pid alone may belong to somebody else by now. */
export const isPostmasterOf = (pid: number, cluster: string): boolean => {
  try {
    const args = existsSync(`/proc/${pid}/cmdline`)
      ? readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
      : execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' })
          .trim()
          .split(' ');
    const command = args.join(' ');
    return command.includes('postgres') && command.includes(cluster);
  } catch {
    return false;
  }
};

/** Stops a postmaster and waits until it is gone: in order (SIGINT), at once (SIGQUIT), then without asking. */
export const stopPostmaster = async (pid: number, gone = () => !isAlive(pid), how: 'fast' | 'crash' = 'fast') => {
  const steps: [NodeJS.Signals, number][] = [
    ['SIGINT', 15_000],
    ['SIGQUIT', 5_000],
    ['SIGKILL', 5_000],
  ];
  for (const [signal, patienceMs] of how === 'fast' ? steps : steps.slice(1)) {
    if (gone()) return;
    try {
      process.kill(pid, signal);
    } catch {
      return;
    }
    const deadline = performance.now() + patienceMs;
    while (!gone() && performance.now() < deadline) await sleep(10);
  }
  if (!gone()) throw new Error(`the PostgreSQL process ${pid} does not end`);
};

/** Stops a postmaster that an earlier process left behind on this cluster. A stale pid file stops nobody. */
export const stopOrphan = async (cluster: string): Promise<boolean> => {
  const left = readPostmaster(cluster);
  if (!left || !isAlive(left.pid) || !isPostmasterOf(left.pid, cluster)) return false;
  await stopPostmaster(left.pid);
  return true;
};
