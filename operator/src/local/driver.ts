import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { RING_NAME } from '@keyturn/keyring/document';
import type { Driver } from '../engine/index.js';
import { ChangeWatch } from './change-watch.js';
import { listConsumers } from './consumers.js';
import { jsonNames, readJson, writeJson } from './json-files.js';
import { parsePolicy } from './policy.js';
import { type RejectedFile, readRequests, removeRequest } from './requests.js';
import { createRunFiles } from './run-files.js';
import { createFileTruthStore } from './truth-store.js';

export interface LocalDriver extends Driver {
  close(): void;
}

const RING_NAME_RULE = 'the name of a ring must be a DNS label: a-z, 0-9 and -, at most 63 characters';

/** The driver over a state directory. `reject` hears, once, of files that are no request and no policy. */
export function createLocalDriver(state: string, reject: (rejected: RejectedFile) => void): LocalDriver {
  const folder = (name: string): string => join(state, name);
  const file = (kind: string, name: string): string => join(state, kind, `${name}.json`);
  // An empty truth says "no ring yet"; a missing one, to everybody who reads it, that it cannot be read.
  mkdirSync(folder('truth'), { recursive: true, mode: 0o700 });
  const truth = createFileTruthStore(state);
  const watch = new ChangeWatch([folder('requests'), folder('rings')]);
  const requests = () => readRequests(folder('requests'), reject);
  const runs = createRunFiles(folder('runs'));
  const misnamed = new Set<string>();
  const policies = async (): Promise<string[]> => {
    const names = await jsonNames(folder('rings'));
    for (const name of names.filter((one) => !RING_NAME.test(one) && !misnamed.has(one))) {
      misnamed.add(name);
      reject({ file: `rings/${name}.json`, problems: [RING_NAME_RULE] });
    }
    return names.filter((name) => RING_NAME.test(name));
  };
  return {
    truth,
    rings: async () => {
      const asked = (await requests()).map(({ ring }) => ring);
      return [...new Set([...(await truth.list()), ...(await policies()), ...asked])].sort();
    },
    policy: async (ring) => {
      try {
        const value = await readJson(file('rings', ring));
        return value === undefined ? undefined : await parsePolicy(ring, value);
      } catch (error) {
        return { problems: [error instanceof Error ? error.message : String(error)] };
      }
    },
    consumers: (ring) => listConsumers(folder('consumers'), ring),
    requests: async (ring) => (await requests()).filter((request) => request.ring === ring),
    forget: (request) => removeRequest(folder('requests'), request.id),
    runs: async (ring) => (await runs.list()).filter((run) => run.ring === ring),
    putRun: (run) => runs.put(run),
    removeRun: (run) => runs.remove(run),
    putStatus: (status) => writeJson(file('status', status.ring), status),
    changed: (ms, signal) => watch.changed(ms, signal),
    close: () => watch.close(),
  };
}
