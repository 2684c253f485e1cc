import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCrew } from '../processes/crew.js';
import { isRunning, startTimeOf } from '../processes/identity.js';

/** The host is in the name because a pid says nothing about another container's processes. */
const prefix = (): string => `keyturn-cluster-${createHash('sha256').update(hostname()).digest('hex').slice(0, 8)}-`;

/** A directory for a control plane that is not kept, named after its owner. Those of owners that died are cleared. */
export const makeTemporaryDir = async (): Promise<string> => {
  await clearAbandoned();
  return mkdtempSync(join(tmpdir(), `${prefix()}${process.pid}-${startTimeOf(process.pid)}-`));
};

/** Ends every daemon of a directory and removes it. */
export const removeDir = async (dir: string): Promise<void> => {
  const crew = openCrew(dir, 'caller');
  await Promise.all(crew.names().map((name) => crew.end(name)));
  rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
};

const clearAbandoned = async (): Promise<void> => {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(prefix()))) {
    const [pid, startTime] = name.slice(prefix().length).split('-');
    if (startTime === undefined || isRunning({ pid: Number(pid), startTime })) continue;
    try {
      await removeDir(join(tmpdir(), name));
    } catch {
      // Somebody else clears it at this moment, or it belongs to another user.
    }
  }
};
