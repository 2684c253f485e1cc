import { readFileSync } from 'node:fs';
import { setInterval } from 'node:timers';

/** What a process uses, by the kernel's books. Linux only. */

const TICKS_PER_SECOND = 100;
const SAMPLE_MS = 100;
const KIB_PER_MIB = 1024;

const mib = (status: string, field: string): number =>
  Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) / KIB_PER_MIB;

/** Memory of a process, MiB. */
export interface Memory {
  readonly resident: number;
  /** Of it, what is not the pages of a file: the program itself is shared with whoever else runs it. */
  readonly anonymous: number;
}

export function memoryOf(pid: number): Memory {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return { resident: mib(status, 'VmRSS'), anonymous: mib(status, 'RssAnon') };
}

/** Processor time since its start, seconds. */
export function processorSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const [user = 0, system = 0] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
    .map(Number);
  return (user + system) / TICKS_PER_SECOND;
}

/** Load of the machine over the last minute. */
export const load = (): number => Number(readFileSync('/proc/loadavg', 'utf8').split(' ')[0]);

/** Watches the memory of a process until `stop`, which returns the highest of each. */
export function watchMemory(pid: number): { readonly stop: () => Memory } {
  let highest = memoryOf(pid);
  const look = (): Memory => {
    const now = memoryOf(pid);
    const { resident, anonymous } = highest;
    highest = { resident: Math.max(resident, now.resident), anonymous: Math.max(anonymous, now.anonymous) };
    return highest;
  };
  const timer = setInterval(look, SAMPLE_MS);
  return {
    stop: () => {
      clearInterval(timer);
      return look();
    },
  };
}

/** Calls to the API server that an operator's metrics count: `PUT secrets` → how many. A watch counts once. */
export function apiCalls(metrics: string): Map<string, number> {
  const lines = metrics.matchAll(
    /^keyturn_api_request_duration_seconds_count\{verb="(\w+)",resource="[^"]*\/([^"/]+)",outcome="(\w+)"\} (\d+)/gm,
  );
  const calls = new Map<string, number>();
  for (const [, verb, resource, , count] of lines) {
    const name = `${verb} ${resource}`;
    calls.set(name, (calls.get(name) ?? 0) + Number(count));
  }
  return calls;
}

export const difference = (after: ReadonlyMap<string, number>, before: ReadonlyMap<string, number>) =>
  new Map([...after].map(([name, count]) => [name, count - (before.get(name) ?? 0)] as const).filter(([, n]) => n > 0));

const WRITES = /^(POST|PUT|PATCH|DELETE) /;

/** Without the lease, which is written by time. */
export const writesOf = (calls: ReadonlyMap<string, number>): [string, number][] =>
  [...calls].filter(([name]) => WRITES.test(name) && !name.endsWith(' leases')).sort(([a], [b]) => (a < b ? -1 : 1));
