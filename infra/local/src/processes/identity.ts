import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A process on this machine. A pid alone is not one: the system gives it to somebody else later. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When the system started it; opaque, comparable on this machine only. */
  readonly startTime: string;
}

const LINUX = existsSync('/proc/self/stat');

/**
 * The start time of a running process; undefined when there is none, or it only waits for its parent to notice. One that
 * is killed is a zombie as soon as its first thread has ended: the others may hold its ports for some moments more.
 */
export const startTimeOf = (pid: number): string | undefined => {
  try {
    if (!LINUX) {
      const env = { PATH: '/usr/bin:/bin', LC_ALL: 'C' };
      return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', env }).trim() || undefined;
    }
    // proc(5): after the command in parentheses come the state, and as fields 20 and 22 the threads and the start time.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (/[ZX]/.test(fields[0] ?? '') && Number(fields[17]) <= 1) return undefined;
    return `${fields[19]}@${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}`;
  } catch {
    return undefined;
  }
};

export const identify = (pid: number): ProcessIdentity | undefined => {
  const startTime = startTimeOf(pid);
  return startTime === undefined ? undefined : { pid, startTime };
};

export const isRunning = ({ pid, startTime }: ProcessIdentity): boolean => startTimeOf(pid) === startTime;

export const isIdentity = (value: unknown): value is ProcessIdentity => {
  const { pid, startTime } = (value ?? {}) as Partial<ProcessIdentity>;
  return Number.isInteger(pid) && (pid as number) > 1 && typeof startTime === 'string' && startTime !== '';
};

/** Ends a process: asks it, waits, then insists. One that has another start time is left alone. */
export const endProcess = async (identity: ProcessIdentity, graceMs: number): Promise<void> => {
  for (const [signal, patienceMs] of [
    ['SIGTERM', graceMs],
    ['SIGKILL', 5_000],
  ] as const) {
    if (!isRunning(identity)) return;
    try {
      process.kill(identity.pid, signal);
    } catch {
      return;
    }
    const deadline = performance.now() + patienceMs;
    while (isRunning(identity) && performance.now() < deadline) await sleep(20);
  }
};
