import { join } from 'node:path';
import { jsonNames, readJson, RecordFileError } from '../local/json-files.js';
import type { RecordKind } from '../local/record-checks.js';
import { CommandError, EXIT } from './exit-codes.js';

/** The records of a state directory. One that is damaged is in the way of those who ask for it by name, and of nobody else. */
export interface StateRecords {
  /** Those that are in order. */
  all<T>(kind: RecordKind<T>): Promise<T[]>;
  /** undefined = there is none. Throws CommandError when it is damaged. */
  one<T>(kind: RecordKind<T>, name: string): Promise<T | undefined>;
  /** What was wrong with those that were passed over: file, field and rule, a sentence each. */
  damaged(): readonly string[];
}

/** `warn` hears once of each record that is passed over. */
export function createStateRecords(state: string, warn: (problem: string) => void): StateRecords {
  const passedOver = new Set<string>();
  const read = async <T>({ folder, problem }: RecordKind<T>, name: string): Promise<T | undefined> => {
    const value = await readJson(join(state, folder, `${name}.json`));
    if (value === undefined) return undefined;
    const wrong = problem(value);
    if (wrong !== undefined) throw new RecordFileError(`${folder}/${name}.json: ${wrong}`);
    return value as T;
  };
  const passOver = (error: unknown): undefined => {
    if (!(error instanceof RecordFileError)) throw error;
    if (passedOver.has(error.message)) return;
    passedOver.add(error.message);
    warn(error.message);
  };
  return {
    all: async (kind) => {
      const names = await jsonNames(join(state, kind.folder));
      const records = await Promise.all(names.map((name) => read(kind, name).catch(passOver)));
      return records.filter((record) => record !== undefined);
    },
    one: (kind, name) =>
      read(kind, name).catch((error: unknown) => {
        if (error instanceof RecordFileError) throw new CommandError(`${error.message}.`, EXIT.unreachable);
        throw error;
      }),
    damaged: () => [...passedOver],
  };
}
