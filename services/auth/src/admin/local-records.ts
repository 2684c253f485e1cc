import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import type { RingSummary } from './ring-summary.js';
import type { RunSummary } from './run-summary.js';

/** What the operator of one machine writes down about rings and runs, beside the folder of requests. */

/** Hears of a record that is damaged and passed over: its file, what is wrong. */
export type Warn = (file: string, problem: string) => void;

const statusSchema = z.looseObject({
  ring: z.string(),
  conditions: z.array(z.looseObject({})).optional(),
  nextRotation: z.string().nullable(),
  currentRun: z.string().optional(),
  queuedRun: z.string().optional(),
  consumers: z.object({
    total: z.number(),
    current: z.number(),
    processes: z.array(z.looseObject({ name: z.string(), generation: z.number(), why: z.string().optional() })),
  }),
});
type Status = z.infer<typeof statusSchema>;

/** A run that nobody has begun yet has an empty timeline. */
const runSchema = z.looseObject({
  id: z.string(),
  ring: z.string(),
  kind: z.enum(['rotate', 'revoke', 'retire', 'recover', 'abort']),
  phase: z.string(),
  timeline: z.array(z.looseObject({ at: z.string(), event: z.string(), message: z.string().optional() })),
});

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** The records of a folder that are in order. */
const read = async <T>(folder: string, schema: z.ZodType<T>, warn: Warn): Promise<T[]> => {
  const names = await readdir(folder).catch(() => []);
  const files = names.filter((name) => name.endsWith('.json') && !name.startsWith('.'));
  const texts = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8').catch(() => undefined)));
  return texts.flatMap((text, index) => {
    if (text === undefined) return [];
    const value = parsed(text);
    const { success, data, error } = schema.safeParse(value);
    if (success) return [data];
    const [issue] = error.issues;
    const problem = value === undefined ? 'is not JSON' : `${issue?.path.join('.') || 'the record'}: ${issue?.message}`;
    warn(join(basename(folder), files[index] ?? ''), problem);
    return [];
  });
};

/** What the operator says of each ring, by its name. */
export const readStatuses = async (requests: string, warn: Warn): Promise<Map<string, Partial<RingSummary>>> => {
  const statuses = await read(join(requests, '..', 'status'), statusSchema, warn);
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

export const readRuns = async (requests: string, warn: Warn): Promise<RunSummary[]> =>
  (await read(join(requests, '..', 'runs'), runSchema, warn)) as RunSummary[];
