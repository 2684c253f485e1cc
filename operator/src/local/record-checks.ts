import { z } from 'zod';
import type { RingStatus, RunRecord } from '../records/index.js';
import { consumerSchema } from './consumers.js';
import { runSchema } from './run-record.js';

/** What readers of a status rest on; it is derived from the truth, and nothing is decided by it. */
const statusSchema = z.object({
  ring: z.string(),
  algorithm: z.string(),
  generation: z.number(),
  observedAt: z.string(),
  conditions: z.array(z.object({ type: z.string(), status: z.string(), reason: z.string(), message: z.string() })),
  activeKid: z.string().nullable(),
  keys: z.array(z.object({ kid: z.string(), state: z.string(), createdAt: z.string() })),
  consumers: z.object({
    total: z.number(),
    current: z.number(),
    processes: z.array(z.object({ name: z.string(), role: z.string(), generation: z.number() })),
  }),
  nextRotation: z.string().nullable(),
});

export interface RecordKind<T> {
  readonly folder: string;
  /** What the content of a file has wrong, as `field: rule`; undefined = it is a record of this kind. */
  problem(value: unknown): string | undefined;
  /** For the type alone. */
  readonly of?: T;
}

const problemBy =
  (schema: z.ZodType) =>
  (value: unknown): string | undefined => {
    const [issue] = schema.safeParse(value).error?.issues ?? [];
    return issue && `${issue.path.join('.') || 'the record'}: ${issue.message}`;
  };

export const STATUSES: RecordKind<RingStatus> = { folder: 'status', problem: problemBy(statusSchema) };
export const RUNS: RecordKind<RunRecord> = { folder: 'runs', problem: problemBy(runSchema) };
export const CONSUMERS: RecordKind<z.infer<typeof consumerSchema>> = {
  folder: 'consumers',
  problem: problemBy(consumerSchema),
};
