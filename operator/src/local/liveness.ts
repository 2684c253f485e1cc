import { readFileSync } from 'node:fs';
import type { ConsumerListing } from '../engine/index.js';

/** `<start time in ticks>@<boot id>`, as the launcher writes it on Linux. */
const LINUX_START_TIME = /^\d+@\S+$/;

/**
 * Field 22 of proc(5), after the command in parentheses; undefined when the process is gone or only waits to be noticed. A
 * zombie that has further threads (field 20) is on its way out, and still there.
 */
function startTimeOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (/[ZX]/.test(fields[0] ?? '') && Number(fields[17]) <= 1) return undefined;
    return `${fields[19]}@${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}`;
  } catch {
    return undefined;
  }
}

/**
 * Whether a listed process runs. Where that cannot be told, for example whether a pid was given to somebody else on a
 * system without /proc, it counts as running, which holds a rotation and lets nothing through.
 */
export function stateOf(pid: number | null, startTime?: string): ConsumerListing['state'] {
  if (pid === null) return 'neverStarted';
  if (startTime !== undefined && LINUX_START_TIME.test(startTime)) {
    return startTimeOf(pid) === startTime ? 'running' : 'notRunning';
  }
  try {
    process.kill(pid, 0);
    return 'running';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? 'running' : 'notRunning';
  }
}
