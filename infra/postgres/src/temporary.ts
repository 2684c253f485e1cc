import { createHash } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeCluster } from './cluster.js';
import { isAlive } from './postmaster.js';

/**
 * Temporary clusters carry their owner's pid in their name, so that one whose owner died without stopping it is found and
 * cleared by the next that is made. The host is in it too: a pid says nothing about another container's processes.
 */
const prefix = (): string => `keyturn-postgres-${createHash('sha256').update(hostname()).digest('hex').slice(0, 8)}-`;

export const makeTemporaryDir = async (): Promise<string> => {
  await clearAbandoned();
  const dir = mkdtempSync(join(tmpdir(), `${prefix()}${process.pid}-`));
  chmodSync(dir, 0o711);
  return dir;
};

const clearAbandoned = async (): Promise<void> => {
  for (const name of readdirSync(tmpdir())) {
    if (!name.startsWith(prefix())) continue;
    const owner = Number(name.slice(prefix().length).split('-')[0]);
    if (!Number.isInteger(owner) || owner <= 1 || isAlive(owner)) continue;
    try {
      await removeCluster(join(tmpdir(), name));
    } catch {
      // Another process clears it at this moment, or its owner is another user: it is not ours to insist.
    }
  }
};
