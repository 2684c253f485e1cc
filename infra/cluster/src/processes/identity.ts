import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A process on this machine. A pid alone is not one: the system gives it to somebody else later. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When the system started it, in clock ticks since boot. */
  readonly startTime: string;
}

const KILL_PATIENCE_MS = 10_000;

/**
 * The start time of a running process; undefined when there is none, or it only waits for its parent to notice. One that
 * is killed is a zombie as soon as its first thread has ended: the others may hold its ports for some moments more.
 */
export const startTimeOf = (pid: number): string | undefined => {
  try {
    // proc(5): after the command in parentheses come the state, and as fields 20 and 22 the threads and the start time.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const isGone = /[ZX]/.test(fields[0] ?? '') && Number(fields[17]) <= 1;
    return isGone ? undefined : fields[19];
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

/** Sends a signal; false when the process is gone. */
export const signalProcess = (identity: ProcessIdentity, signal: NodeJS.Signals): boolean => {
  if (!isRunning(identity)) return false;
  try {
    process.kill(identity.pid, signal);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
};

/** Ends a process: asks it, waits `graceMs`, then insists. With 0 it is not asked. Resolves when it is gone. */
export const endProcess = async (identity: ProcessIdentity, graceMs: number): Promise<void> => {
  const steps: readonly [NodeJS.Signals, number][] = [
    ['SIGTERM', graceMs],
    ['SIGKILL', KILL_PATIENCE_MS],
  ];
  for (const [signal, patienceMs] of steps.slice(graceMs > 0 ? 0 : 1)) {
    if (!signalProcess(identity, signal)) return;
    const deadline = performance.now() + patienceMs;
    while (isRunning(identity) && performance.now() < deadline) await sleep(10);
  }
  if (isRunning(identity)) throw new Error(`process ${identity.pid} does not end`);
};
