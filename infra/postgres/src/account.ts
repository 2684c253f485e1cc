import { chownSync, existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * PostgreSQL refuses to run as root. When we are root, it runs as `nobody`, which every system has and which owns nothing
 * else; otherwise as ourselves.
 */
const NOBODY = 65534;

/** What root may not show to `nobody` (a project below /root) is kept here instead. */
export const SHARED_DIR = '/var/lib/keyturn';

/** The account that the server runs under. */
export interface Account {
  /** Options for spawn. */
  readonly as: { readonly uid?: number; readonly gid?: number };
  /** Gives a file or directory to this account. */
  own(path: string): void;
  /** Whether this account can walk to the path. */
  reaches(path: string): boolean;
}

export const serverAccount = (): Account => {
  if (process.getuid?.() !== 0) return { as: {}, own: () => undefined, reaches: () => true };
  return {
    as: { uid: NOBODY, gid: NOBODY },
    own: (path) => chownSync(path, NOBODY, NOBODY),
    reaches: (path) => ancestors(path).every((dir) => !existsSync(dir) || (statSync(dir).mode & 0o001) !== 0),
  };
};

/** The directories above a path, from its parent to the root. */
const ancestors = (path: string): string[] => {
  const parent = dirname(resolve(path));
  return parent === dirname(parent) ? [parent] : [parent, ...ancestors(parent)];
};
