import { readFileSync } from 'node:fs';

export interface StatusRow {
  readonly name: string;
  /** Undefined when it does not run. */
  readonly pid: number | undefined;
}

/** Resident memory in MB; undefined when the process is gone. */
const residentMegabytes = (pid: number): number | undefined => {
  try {
    const kilobytes = readFileSync(`/proc/${pid}/status`, 'utf8').match(/^VmRSS:\s+(\d+) kB/m)?.[1];
    return kilobytes === undefined ? undefined : Math.round(Number(kilobytes) / 1024);
  } catch {
    return undefined;
  }
};

/** One line for each daemon: name, whether it runs, pid, memory. */
export const statusTable = (rows: readonly StatusRow[]): string =>
  rows
    .map(({ name, pid }) =>
      pid === undefined
        ? `${name.padEnd(24)} stopped`
        : `${name.padEnd(24)} running  pid ${String(pid).padEnd(8)} ${residentMegabytes(pid) ?? 0} MB`,
    )
    .join('\n');
