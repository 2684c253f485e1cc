import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { type Account, SHARED_DIR, serverAccount } from './account.js';
import type { Binaries } from './binaries.js';
import { stopOrphan } from './postmaster.js';

export const SUPERUSER = 'keyturn';

/** A cluster on disk: the directory belongs to the server's account, everything around it to us. */
export interface Cluster {
  readonly dir: string;
  readonly password: string;
}

/** `<dataDir>/cluster`, or a place of the same life where the account cannot walk into `dataDir`. */
const clusterDir = (dataDir: string, account: Account): string => {
  const inside = join(dataDir, 'cluster');
  if (account.reaches(inside)) return inside;
  return join(SHARED_DIR, 'clusters', createHash('sha256').update(resolve(dataDir)).digest('hex').slice(0, 16));
};

const passwordFile = (dataDir: string): string => join(dataDir, 'password');

/**
 * The cluster of `dataDir`, made on first use. An initdb that was cut short leaves nothing that a later start would take
 * for a cluster: the password is written last. A server that an earlier process left behind on it is stopped.
 */
export const openCluster = async (
  dataDir: string,
  binaries: Binaries,
  account: Account,
  durable: boolean,
): Promise<Cluster> => {
  const dir = clusterDir(dataDir, account);
  await stopOrphan(dir);
  if (existsSync(passwordFile(dataDir))) {
    if (existsSync(join(dir, 'PG_VERSION')))
      return { dir, password: readFileSync(passwordFile(dataDir), 'utf8').trim() };
    throw new Error(`the PostgreSQL cluster of ${dataDir} is damaged: ${join(dir, 'PG_VERSION')} is missing`);
  }
  const password = randomBytes(18).toString('base64url');
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dirname(dir), { recursive: true, mode: 0o711 });
  mkdirSync(dir, { mode: 0o700 });
  account.own(dir);
  await initdb(dir, password, binaries, account, durable);
  writeFileSync(`${passwordFile(dataDir)}.new`, `${password}\n`, { mode: 0o600 });
  renameSync(`${passwordFile(dataDir)}.new`, passwordFile(dataDir));
  return { dir, password };
};

/** Stops a server that was left behind on `dataDir`; its data stays. */
export const stopLeftServer = async (dataDir: string): Promise<void> => {
  await stopOrphan(clusterDir(dataDir, serverAccount()));
};

/** Stops a server that was left behind on `dataDir` and forgets all its data. */
export const removeCluster = async (dataDir: string): Promise<void> => {
  const dir = clusterDir(dataDir, serverAccount());
  await stopOrphan(dir);
  for (const path of [passwordFile(dataDir), dir, dataDir])
    rmSync(path, { recursive: true, force: true, maxRetries: 5 });
};

const initdb = async (dir: string, password: string, binaries: Binaries, account: Account, durable: boolean) => {
  const pwfile = `${dir}.pwfile`;
  writeFileSync(pwfile, password, { mode: 0o600 });
  account.own(pwfile);
  const args = ['-D', dir, '-U', SUPERUSER, '-A', 'scram-sha-256', `--pwfile=${pwfile}`, '-E', 'UTF8'];
  args.push('--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C', '--no-instructions');
  if (!durable) args.push('--no-sync');
  const env = { PATH: '/usr/bin:/bin', LC_ALL: 'C' };
  try {
    await promisify(execFile)(binaries.initdb, args, { ...account.as, cwd: '/', env });
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    throw new Error(`initdb failed: ${stderr?.trim().slice(-600) || (error as Error).message}`, { cause: error });
  } finally {
    rmSync(pwfile, { force: true });
  }
};
