import { join } from 'node:path';
import { readJsonFolder, removeFile, writeJsonFile } from '../files/json-file.js';
import { endProcess, identify, isIdentity, isRunning, type ProcessIdentity } from './identity.js';

/**
 * The processes that a launcher has started: `<folder>/<name>.json`. They are what the next launcher knows about those
 * that a killed one left behind.
 */
export interface ProcessRecords {
  /** Records a process that was just started and returns who it is; undefined when it has ended already. */
  add(name: string, pid: number): ProcessIdentity | undefined;
  remove(name: string): void;
  /** Ends what an earlier launcher left, and returns the names of those that still ran. */
  endLeftovers(graceMs: number): Promise<string[]>;
}

export const createProcessRecords = (folder: string): ProcessRecords => ({
  add: (name, pid) => {
    const identity = identify(pid);
    if (identity) writeJsonFile(join(folder, `${name}.json`), identity);
    return identity;
  },
  remove: (name) => {
    try {
      removeFile(join(folder, `${name}.json`));
    } catch {
      // A record that stays names a process that has ended, which its start time tells.
    }
  },
  endLeftovers: async (graceMs) => {
    const left = [...readJsonFolder(folder)];
    const running = left.flatMap(([name, value]) => (isIdentity(value) && isRunning(value) ? [{ name, value }] : []));
    await Promise.all(running.map(({ value }) => endProcess(value, graceMs)));
    for (const [name] of left) removeFile(join(folder, `${name}.json`));
    return running.map(({ name }) => name);
  },
});
