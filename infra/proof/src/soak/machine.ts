import { arch, cpus, release, totalmem, type } from 'node:os';

/** What the figures of a report depend on. */
export interface Machine {
  readonly system: string;
  readonly cpu: string;
  readonly memoryGiB: number;
  readonly node: string;
}

export const thisMachine = (): Machine => ({
  system: `${type()} ${release()} ${arch()}`,
  cpu: `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}`,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  node: process.version,
});
