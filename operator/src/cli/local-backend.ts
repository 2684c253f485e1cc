import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { createFileTruthStore } from '../local/index.js';
import { writeJson } from '../local/json-files.js';
import { stateOf } from '../local/liveness.js';
import { CONSUMERS, RUNS, STATUSES } from '../local/record-checks.js';
import type { RunRecord } from '../records/index.js';
import type { Backend, ListedConsumer } from './backend.js';
import { CommandError, EXIT } from './exit-codes.js';
import { createStateRecords } from './state-records.js';

const ANSWER_MS = 3_000;

/** The nearest `.keyturn/state` at or above a directory. */
export function findStateDirectory(from: string): string {
  for (let at = resolve(from); ; at = dirname(at)) {
    const candidate = join(at, '.keyturn', 'state');
    if (existsSync(candidate)) return candidate;
    if (dirname(at) === at) break;
  }
  const message =
    'No platform here: there is no .keyturn/state in this directory or above. Start one (npm start), or give --state.';
  throw new CommandError(message, EXIT.unreachable);
}

/** Names of rings and ids of runs; whatever else is asked for cannot be a file here. */
const NAME = /^[a-z0-9][a-z0-9.-]{0,252}$/i;

/**
 * The state directory of a platform on this machine. Throws CommandError when there is none. `warn` hears of each record
 * that is damaged and passed over.
 */
export function createLocalBackend(state: string, warn: (problem: string) => void): Backend {
  if (!existsSync(state)) throw new CommandError(`There is no state directory ${state}.`, EXIT.unreachable);
  const records = createStateRecords(state, warn);
  const truth = createFileTruthStore(state);
  const begun = (run: RunRecord): string => run.timeline[0]?.at ?? '';
  return {
    place: state,
    keepsRequests: false,
    rings: async () => (await records.all(STATUSES)).sort((a, b) => (a.ring < b.ring ? -1 : 1)),
    ring: async (name) => (NAME.test(name) ? records.one(STATUSES, name) : undefined),
    runs: async (ring) =>
      (await records.all(RUNS))
        .filter((run) => ring === undefined || run.ring === ring)
        .sort((a, b) => (begun(a) > begun(b) ? -1 : 1)),
    run: (id) => records.one(RUNS, id),
    damaged: async () => {
      await Promise.all([records.all(STATUSES), records.all(RUNS), records.all(CONSUMERS)]);
      return records.damaged();
    },
    submit: async (request) => {
      await writeJson(join(state, 'requests', `${request.id}.json`), request, { durable: true });
      return request;
    },
    answers: async ({ managementUrl }) => {
      const url = new URL('/keyturn/v1/rings', managementUrl);
      const answer = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) }).catch(() => undefined);
      return answer?.status;
    },
    consumers: async () =>
      (await records.all(CONSUMERS)).map(({ name, pid, startTime, managementUrl, rings }): ListedConsumer => {
        const alive = stateOf(pid, startTime ?? undefined) === 'running';
        return { name, managementUrl, alive, rings };
      }),
    publicDocument: (ring) => truth.readProjection(ring),
  };
}
