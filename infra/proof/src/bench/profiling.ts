import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { busyByPackage, type CpuProfile, type Span } from './profile.js';

/** Where a profiled process leaves its profile: it writes it when it ends by itself. */
export interface ProfileFile {
  readonly directory: string;
  readonly name: string;
}

export const profileArguments = ({ directory, name }: ProfileFile): string[] => [
  '--cpu-prof',
  `--cpu-prof-dir=${directory}`,
  `--cpu-prof-name=${name}.cpuprofile`,
];

export const readProfile = async ({ directory, name }: ProfileFile, span: Span): Promise<Map<string, number>> => {
  const text = await readFile(join(directory, `${name}.cpuprofile`), 'utf8');
  return busyByPackage(JSON.parse(text) as CpuProfile, span);
};

/** Microseconds of the monotonic clock that V8 stamps its profiles with. */
export const monotonicNow = (): number => Number(process.hrtime.bigint() / 1_000n);
