import { createHash } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeCluster } from '@keyturn/postgres';
import { startTimeOf } from '../processes/identity.js';
import { createProcessRecords } from '../processes/records.js';
import { placesOf } from './places.js';

/** The host is in the name because a pid says nothing about another container's processes. */
const prefix = (): string => `keyturn-local-${createHash('sha256').update(hostname()).digest('hex').slice(0, 8)}-`;

/** A directory for a platform that is not kept. Those of owners that died are cleared, with the processes they left. */
export const makeTemporaryDir = async (): Promise<string> => {
  await clearAbandoned();
  const dir = mkdtempSync(join(tmpdir(), `${prefix()}${process.pid}-`));
  chmodSync(dir, 0o711);
  return dir;
};

const clearAbandoned = async (): Promise<void> => {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(prefix()))) {
    const owner = Number(name.slice(prefix().length).split('-')[0]);
    if (!Number.isInteger(owner) || owner <= 1 || startTimeOf(owner) !== undefined) continue;
    const places = placesOf(join(tmpdir(), name));
    try {
      await createProcessRecords(places.processes).endLeftovers(0);
      await removeCluster(places.postgres);
      rmSync(places.dir, { recursive: true, force: true, maxRetries: 5 });
    } catch {
      // Somebody else clears it at this moment, or it belongs to another user.
    }
  }
};
