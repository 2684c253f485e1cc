import { existsSync, linkSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readJsonFile, removeFile, writeJsonFile } from '../files/json-file.js';
import { identify, isIdentity, isRunning, type ProcessIdentity } from '../processes/identity.js';

/** Another launcher runs in this directory. */
export class AlreadyRunningError extends Error {
  override readonly name = 'AlreadyRunningError';
  constructor(
    readonly pid: number,
    /** Its address; undefined while it starts. */
    readonly url: string | undefined,
  ) {
    super(`Keyturn already runs here${url ? ` at ${url}` : ' and is still starting'} (process ${pid})`);
  }
}

/** Says who is the one launcher of a directory. */
export interface Lock {
  /** Adds the address to what others read. */
  publish(url: string): void;
  release(): void;
}

type Holder = ProcessIdentity & { readonly url?: string };

const holderOf = (path: string): Holder | undefined => {
  const value = readJsonFile(path);
  return isIdentity(value) ? (value as Holder) : undefined;
};

/** A folder that is gone was a temporary platform's, which removes everything before it lets go of the lock. */
const numbersIn = (folder: string): number[] =>
  (existsSync(folder) ? readdirSync(folder) : []).flatMap((name) =>
    /^\d+\.json$/.test(name) ? [Number.parseInt(name, 10)] : [],
  );

/** Makes a file whole, and only if there is none of this name. */
const claim = (path: string, content: Holder): boolean => {
  const draft = `${path}.${process.pid}.new`;
  writeFileSync(draft, JSON.stringify(content), { mode: 0o600 });
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    removeFile(draft);
  }
};

/**
 * Takes the lock. Throws AlreadyRunningError when a living launcher has it; one of a dead launcher is taken over, and so is
 * a damaged one.
 *
 * The lock is a folder of numbered files, and whoever made the highest has it. Taking over is making the next number, which
 * only one of many can do. Nothing that might belong to a living launcher is ever moved or removed by another.
 */
export const acquireLock = (folder: string): Lock => {
  const self = identify(process.pid);
  if (!self) throw new Error('this system does not tell when a process was started');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = (number: number): string => join(folder, `${number}.json`);
  for (;;) {
    const newest = Math.max(0, ...numbersIn(folder));
    const holder = holderOf(file(newest));
    if (holder && isRunning(holder)) throw new AlreadyRunningError(holder.pid, holder.url);
    const number = newest + 1;
    if (!claim(file(number), self)) continue;
    return {
      publish: (url) => writeJsonFile(file(number), { ...self, url }),
      // Our own goes last: as long as it is there, nobody takes an older number for the newest.
      release: () => {
        for (const older of numbersIn(folder).toSorted((a, b) => a - b)) if (older <= number) removeFile(file(older));
      },
    };
  }
};
