import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type AnyRingDocument, parseRingDocument, type PublicRingDocument } from '@keyturn/keyring/document';
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

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';

async function readRecord<T>(path: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as T;
  } catch (error) {
    if (isMissing(error)) return undefined;
    if (error instanceof SyntaxError) throw new CommandError(`${path} is not JSON.`, EXIT.unreachable);
    throw error;
  }
}

async function readRecords<T>(directory: string): Promise<T[]> {
  const names = await readdir(directory).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  const paths = names.filter((name) => name.endsWith('.json')).map((name) => join(directory, name));
  return (await Promise.all(paths.map((path) => readRecord<T>(path)))).filter((record) => record !== undefined);
}

interface ConsumerFile {
  readonly name: string;
  readonly pid: number | null;
  readonly managementUrl: string;
  readonly rings: Readonly<Record<string, string>>;
}

const runs = (pid: number | null): boolean => {
  if (pid === null) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

async function newestProjection(directory: string): Promise<PublicRingDocument | undefined> {
  const names = await readdir(directory).catch(() => [] as string[]);
  const newest = names
    .filter((name) => /^\d{12}\.json$/.test(name))
    .sort()
    .at(-1);
  if (newest === undefined) return undefined;
  const document: AnyRingDocument = parseRingDocument(await readFile(join(directory, newest), 'utf8'));
  return document.form === 'public' ? document : undefined;
}

/** The state directory of a platform on this machine. Throws CommandError when there is none. */
export function createLocalBackend(state: string): Backend {
  if (!existsSync(state)) throw new CommandError(`There is no state directory ${state}.`, EXIT.unreachable);
  const folder = (name: string): string => join(state, name);
  const begun = (run: RunRecord): string => run.timeline[0]?.at ?? '';
  return {
    place: state,
    rings: async () => (await readRecords<RingStatus>(folder('status'))).sort((a, b) => (a.ring < b.ring ? -1 : 1)),
    runs: async (ring) =>
      (await readRecords<RunRecord>(folder('runs')))
        .filter((run) => ring === undefined || run.ring === ring)
        .sort((a, b) => (begun(a) > begun(b) ? -1 : 1)),
    run: (id) => readRecord<RunRecord>(join(folder('runs'), `${id}.json`)),
    submit: async (request) => {
      await mkdir(folder('requests'), { recursive: true });
      const path = join(folder('requests'), `${request.id}.json`);
      await writeFile(`${path}.tmp`, `${JSON.stringify(request, null, 2)}\n`, { mode: 0o600 });
      await rename(`${path}.tmp`, path);
      return request;
    },
    answers: async ({ managementUrl }) => {
      const url = new URL('/keyturn/v1/rings', managementUrl);
      const answer = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) }).catch(() => undefined);
      return answer?.status;
    },
    consumers: async () =>
      (await readRecords<ConsumerFile>(folder('consumers'))).map(
        ({ name, pid, managementUrl, rings }): ListedConsumer => ({ name, managementUrl, alive: runs(pid), rings }),
      ),
    publicDocument: (ring) => newestProjection(join(folder('public'), ring)),
  };
}
