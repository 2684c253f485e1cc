import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** Whose links have to lead into the copy. */
const SCOPE = '@keyturn';

/** With the pid of its owner, so that one whose owner was killed is found by the next. */
const PREFIX = 'keyturn-kit-';

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

const clearAbandoned = (): void => {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(PREFIX))) {
    const owner = Number(name.slice(PREFIX.length).split('-')[0]);
    if (owner > 1 && !isAlive(owner)) rmSync(join(tmpdir(), name), { recursive: true, force: true, maxRetries: 10 });
  }
};

const git = (cwd: string, ...args: string[]): string =>
  execFileSync('git', args, { cwd, encoding: 'utf8', maxBuffer: 1 << 26 });

const place = (from: string, to: string): void => {
  mkdirSync(dirname(to), { recursive: true });
  if (lstatSync(from).isSymbolicLink()) symlinkSync(readlinkSync(from), to);
  else copyFileSync(from, to);
};

/** What is installed here, linked package by package; the packages of the workspace are those of the copy. */
const linkInstalled = (to: string): void => {
  const installed = join(ROOT, 'node_modules');
  mkdirSync(join(to, SCOPE), { recursive: true });
  for (const name of readdirSync(installed)) {
    if (name !== SCOPE && name !== '.cache') symlinkSync(join(installed, name), join(to, name));
  }
  for (const name of readdirSync(join(installed, SCOPE))) {
    symlinkSync(readlinkSync(join(installed, SCOPE, name)), join(to, SCOPE, name));
  }
};

/** A copy of this workspace in a folder of its own, with everything that is not committed yet, and a commit of all of it. */
export class WorkspaceCopy {
  readonly root = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));

  constructor() {
    clearAbandoned();
    // PostgreSQL runs as another user when we are root.
    chmodSync(this.root, 0o711);
    const files = git(ROOT, 'ls-files', '-z', '--cached', '--others', '--exclude-standard').split('\0');
    for (const file of files.filter((name) => name !== '')) {
      if (lstatSync(join(ROOT, file), { throwIfNoEntry: false })) place(join(ROOT, file), join(this.root, file));
    }
    linkInstalled(join(this.root, 'node_modules'));
    for (const folder of ['services', 'infra'].flatMap((name) =>
      readdirSync(join(ROOT, name)).map((of) => `${name}/${of}`),
    )) {
      const nested = join(ROOT, folder, 'node_modules');
      if (existsSync(nested)) symlinkSync(nested, join(this.root, folder, 'node_modules'));
    }
    git(this.root, 'init', '--quiet');
    git(this.root, 'add', '--all');
    git(this.root, '-c', 'user.name=kit', '-c', 'user.email=kit@example.test', 'commit', '--quiet', '--message=copy');
  }

  /** What differs from the copy as it was made; what git ignores is left out. */
  changes(): string[] {
    const status = git(this.root, 'status', '--porcelain', '--untracked-files=all');
    return status.split('\n').flatMap((line) => (line === '' ? [] : [line.slice(3)]));
  }

  path(name: string): string {
    return join(this.root, name);
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }
}
