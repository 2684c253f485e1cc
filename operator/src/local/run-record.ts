import { z } from 'zod';
import type { RunRecord } from '../records/index.js';

/** What decisions rest on. The rest is evidence for people, written by this program alone. */
export const runSchema = z.object({
  id: z.string(),
  ring: z.string(),
  kind: z.enum(['rotate', 'revoke', 'abort', 'retire', 'recover']),
  phase: z.enum(['Queued', 'Running', 'Waiting', 'Complete', 'Refused', 'Aborted', 'Superseded']),
  timeline: z.array(z.object({ at: z.string(), event: z.string() })).min(1),
  kids: z.array(z.string()),
  provenBy: z.array(z.string()),
  unproven: z.array(z.string()),
});

/** Whether the content of a file in `runs/` is a run at all. */
export const isRunRecord = (value: unknown): value is RunRecord => runSchema.safeParse(value).success;
