import { readEnvironment } from '../environment.js';
import { type Log, provideBinaries } from './provide.js';

/** The path of Helm, or why there is none. */
export type Helm = { readonly program: string } | { readonly missing: string };

/** Finds the pinned Helm and builds it once if it is missing, which takes minutes. `log` receives progress. */
export const findHelm = async (log?: Log): Promise<Helm> => {
  try {
    return { program: (await provideBinaries(['helm'], readEnvironment(), log)).helm };
  } catch (error) {
    return { missing: (error as Error).message.split('\n')[0] ?? '' };
  }
};
