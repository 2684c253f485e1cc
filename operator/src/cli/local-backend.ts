import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { createFileTruthStore } from '../local/index.js';
import { jsonNames, readJson, RecordFileError, writeJson } from '../local/json-files.js';
import { stateOf } from '../local/liveness.js';
import type { RingStatus, RunRecord } from '../records/index.js';
import type { Backend, ListedConsumer } from './backend.js';
import { CommandError, EXIT } from './exit-codes.js';

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

/** What is damaged is said in one sentence. */
async function readRecord<T>(path: string): Promise<T | undefined> {
  try {
    return (await readJson(path)) as T | undefined;
  } catch (error) {
    if (error instanceof RecordFileError) throw new CommandError(`${error.message}.`, EXIT.unreachable);
    throw error;
  }
}

async function readRecords<T>(directory: string): Promise<T[]> {
  const paths = (await jsonNames(directory)).map((name) => join(directory, `${name}.json`));
  return (await Promise.all(paths.map((path) => readRecord<T>(path)))).filter((record) => record !== undefined);
}

interface ConsumerFile {
  readonly name: string;
  readonly pid: number | null;
  readonly startTime?: string | null;
  readonly managementUrl: string;
  readonly rings: Readonly<Record<string, string>>;
}

/** The state directory of a platform on this machine. Throws CommandError when there is none. */
export function createLocalBackend(state: string): Backend {
  if (!existsSync(state)) throw new CommandError(`There is no state directory ${state}.`, EXIT.unreachable);
  const folder = (name: string): string => join(state, name);
  const truth = createFileTruthStore(state);
  const begun = (run: RunRecord): string => run.timeline[0]?.at ?? '';
  return {
    place: state,
    keepsRequests: false,
    rings: async () => (await readRecords<RingStatus>(folder('status'))).sort((a, b) => (a.ring < b.ring ? -1 : 1)),
    runs: async (ring) =>
      (await readRecords<RunRecord>(folder('runs')))
        .filter((run) => ring === undefined || run.ring === ring)
        .sort((a, b) => (begun(a) > begun(b) ? -1 : 1)),
    run: (id) => readRecord<RunRecord>(join(folder('runs'), `${id}.json`)),
    submit: async (request) => {
      await writeJson(join(folder('requests'), `${request.id}.json`), request, { durable: true });
      return request;
    },
    answers: async ({ managementUrl }) => {
      const url = new URL('/keyturn/v1/rings', managementUrl);
      const answer = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) }).catch(() => undefined);
      return answer?.status;
    },
    consumers: async () =>
      (await readRecords<ConsumerFile>(folder('consumers'))).map(
        ({ name, pid, startTime, managementUrl, rings }): ListedConsumer => {
          const alive = stateOf(pid, startTime ?? undefined) === 'running';
          return { name, managementUrl, alive, rings };
        },
      ),
    publicDocument: (ring) => truth.readProjection(ring),
  };
}
