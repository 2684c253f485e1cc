import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RingSummary } from './ring-summary.js';
import type { RunSummary } from './run-summary.js';

/** What the operator of one machine writes down about rings and runs, beside the folder of requests. */

interface Status extends Pick<RingSummary, 'conditions'> {
  readonly ring: string;
  readonly nextRotation: string | null;
  readonly currentRun?: string;
  readonly queuedRun?: string;
  readonly consumers: {
    readonly total: number;
    readonly current: number;
    readonly processes: readonly { readonly name: string; readonly generation: number; readonly why?: string }[];
  };
}

const read = async <T>(folder: string): Promise<T[]> => {
  const names = await readdir(folder).catch(() => []);
  const files = names.filter((name) => name.endsWith('.json') && !name.startsWith('.'));
  const texts = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8').catch(() => undefined)));
  return texts.flatMap((text) => (text === undefined ? [] : [JSON.parse(text) as T]));
};

/** What the operator says of each ring, by its name. */
export const readStatuses = async (requests: string): Promise<Map<string, Partial<RingSummary>>> => {
  const statuses = await read<Status>(join(requests, '..', 'status'));
  return new Map(statuses.map((status) => [status.ring, summaryOf(status)]));
};

const summaryOf = (status: Status): Partial<RingSummary> => {
  const { conditions, nextRotation, currentRun, queuedRun } = status;
  const { total, current, processes } = status.consumers;
  return {
    ...(conditions && { conditions }),
    consumers: { total, current, lagging: processes.filter(({ why }) => why !== undefined), processes },
    ...(nextRotation !== null && { nextRotation }),
    ...(currentRun !== undefined && { currentRun }),
    ...(queuedRun !== undefined && { queuedRun }),
  };
};

export const readRuns = (requests: string): Promise<RunSummary[]> => read<RunSummary>(join(requests, '..', 'runs'));
