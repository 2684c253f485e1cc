import { link, mkdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { FINAL_PHASES, type RunRecord } from '../records/index.js';
import { jsonNames, readJson, RecordFileError, removeFile, writeJson } from './json-files.js';
import { isErrno, writeTemporary } from './numbered-files.js';
import { isRunRecord } from './run-record.js';

/** A damaged run is passed over; one that cannot be read now is not, since it may be an open revocation. */
const unlessDamaged = (error: unknown): undefined => {
  if (!(error instanceof RecordFileError)) throw error;
};

export interface RunFiles {
  list(): Promise<RunRecord[]>;
  /** Stores a run. The first end of a run is the only one: whatever is stored later gives way to it. */
  put(run: RunRecord): Promise<void>;
  remove(run: RunRecord): Promise<void>;
}

/**
 * `<id>.json` has a run as people read it. Its end is also linked as `.<id>.ended`, which exists once and never changes;
 * where the two differ, a slower operator wrote the first after the run had ended.
 */
export function createRunFiles(folder: string): RunFiles {
  const file = (id: string): string => join(folder, `${id}.json`);
  const endFile = (id: string): string => join(folder, `.${id}.ended`);
  const read = async (path: string): Promise<RunRecord | undefined> => {
    const value = await readJson(path).catch(unlessDamaged);
    return isRunRecord(value) ? value : undefined;
  };
  const end = async (run: RunRecord): Promise<void> => {
    const complete = await writeTemporary(folder, JSON.stringify(run));
    try {
      await link(complete, endFile(run.id));
    } catch (error) {
      if (!isErrno(error, 'EEXIST')) throw error;
    } finally {
      await unlink(complete);
    }
  };
  /** Whoever ended it may have died before people could read so; that is made good here. */
  const current = async (id: string): Promise<RunRecord | undefined> => {
    const [ended, shown] = [await read(endFile(id)), await read(file(id))];
    if (ended && shown?.phase !== ended.phase) await writeJson(file(id), ended, { durable: true });
    return ended ?? shown;
  };
  return {
    list: async () => {
      const runs = await Promise.all((await jsonNames(folder)).map(current));
      return runs.filter((run) => run !== undefined);
    },
    put: async (run) => {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      if (FINAL_PHASES.has(run.phase)) await end(run);
      await writeJson(file(run.id), run, { durable: true });
      const ended = await read(endFile(run.id));
      if (ended) await writeJson(file(run.id), ended, { durable: true });
    },
    remove: async (run) => {
      // The end first: alone it would be seen by nobody, and be the end of another run of that id.
      await removeFile(endFile(run.id));
      await removeFile(file(run.id));
    },
  };
}
