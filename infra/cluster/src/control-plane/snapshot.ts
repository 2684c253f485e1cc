import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../processes/command.js';
import type { Crew } from '../processes/crew.js';

/** The content of etcd at one moment. It lives as long as its control plane's directory. */
export interface Snapshot {
  readonly folder: string;
}

/** Copies the content of a folder into another; the preallocated rest of etcd's log takes no room. */
const copy = (from: string, to: string): Promise<string> =>
  runCommand('cp', ['--archive', '--sparse=always', '--reflink=auto', `${from}/.`, to]);

/**
 * Copies the data of etcd, which stands still for as long as that takes: requests wait some tenths of a second. What it had
 * written at that moment is what it would find after a crash, and it recovers from crashes.
 */
export const takeSnapshot = async (dir: string, crew: Crew): Promise<Snapshot> => {
  mkdirSync(join(dir, 'snapshots'), { recursive: true, mode: 0o700 });
  const folder = mkdtempSync(join(dir, 'snapshots', 'etcd-'));
  crew.signal('etcd', 'SIGSTOP');
  try {
    await copy(join(dir, 'etcd'), folder);
  } finally {
    crew.signal('etcd', 'SIGCONT');
  }
  return { folder };
};

/** Puts a snapshot in place of etcd's data. Nothing may run. */
export const putBack = async (dir: string, { folder }: Snapshot): Promise<void> => {
  const data = join(dir, 'etcd');
  rmSync(data, { recursive: true, force: true });
  mkdirSync(data, { mode: 0o700 });
  await copy(folder, data);
};
