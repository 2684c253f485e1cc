import { readEnvironment } from '../environment.js';
import type { BinaryName } from './catalogue.js';
import { type Log, provideBinaries } from './provide.js';

/** The path of a program, or why there is none. */
export type Found = { readonly program: string } | { readonly missing: string };

/** Finds a pinned program, such as promtool, and builds it once if it is missing, which takes minutes. `log` receives progress. */
export const findBinary = async (name: BinaryName, log?: Log): Promise<Found> => {
  try {
    return { program: (await provideBinaries([name], readEnvironment(), log))[name] };
  } catch (error) {
    return { missing: (error as Error).message.split('\n')[0] ?? '' };
  }
};

/** The pinned Helm. */
export const findHelm = (log?: Log): Promise<Found> => findBinary('helm', log);
