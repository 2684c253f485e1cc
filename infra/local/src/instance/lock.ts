import { linkSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
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
  /** Whether the launcher before this one ended without releasing it. */
  readonly abandoned: boolean;
  /** Adds the address to what others read. */
  publish(url: string): void;
  release(): void;
}

type Holder = ProcessIdentity & { readonly url?: string };

const holderOf = (path: string): Holder | undefined => {
  const value = readJsonFile(path);
  return isIdentity(value) ? (value as Holder) : undefined;
};

/** Makes the file whole and only if there is none: a reader never sees half of it. */
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

/** Takes an abandoned or damaged lock out of the way. Of several that try, one renames it and the others find none. */
const setAside = (path: string): void => {
  const aside = `${path}.${process.pid}.old`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  const holder = holderOf(aside);
  if (holder && isRunning(holder)) claim(path, holder);
  removeFile(aside);
};

/** Takes the lock. Throws AlreadyRunningError when a living launcher has it; one of a dead launcher is taken over. */
export const acquireLock = (path: string): Lock => {
  const self = identify(process.pid);
  if (!self) throw new Error('this system does not tell when a process was started');
  mkdirSync(dirname(path), { recursive: true, mode: 0o711 });
  let abandoned = false;
  while (!claim(path, self)) {
    const holder = holderOf(path);
    if (holder && isRunning(holder)) throw new AlreadyRunningError(holder.pid, holder.url);
    abandoned = true;
    setAside(path);
  }
  return {
    abandoned,
    publish: (url) => writeJsonFile(path, { ...self, url }),
    release: () => removeFile(path),
  };
};
