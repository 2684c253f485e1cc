import { join } from 'node:path';
import { z } from 'zod';
import type { ConsumerListing } from '../engine/index.js';
import { jsonNames, readJson, RecordFileError } from './json-files.js';
import { stateOf } from './liveness.js';

/** `consumers/<name>.json`, written by the launcher before it starts a process and removed after it has ended for good. */
export const consumerSchema = z.looseObject({
  name: z.string().min(1),
  /** What it is one process of. */
  service: z.string().min(1).optional(),
  pid: z.int().positive().nullable(),
  /** When the system started the process: a pid alone is given to somebody else later. */
  startTime: z.string().nullish(),
  podUid: z.string().min(1),
  managementUrl: z.url({ protocol: /^https?$/ }),
  rings: z.record(z.string(), z.enum(['issuer', 'verifier', 'holder'])),
});

/** Every consumer of a ring. A file that cannot be read is an error: a consumer must never be left out by accident. */
export async function listConsumers(folder: string, ring: string): Promise<ConsumerListing[]> {
  const names = await jsonNames(folder);
  const records = await Promise.all(
    names.map(async (name) => ({ name, value: await readJson(join(folder, `${name}.json`)) })),
  );
  return records.flatMap(({ name, value }) => {
    if (value === undefined) return [];
    const parsed = consumerSchema.safeParse(value);
    if (!parsed.success) {
      const fields = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
      throw new RecordFileError(`consumers/${name}.json: ${fields}`);
    }
    const { pid, startTime, podUid, managementUrl, rings } = parsed.data;
    const role = rings[ring];
    const state = stateOf(pid, startTime ?? undefined);
    return role
      ? [{ name: parsed.data.name, podUid, role, workload: workloadOf(parsed.data), managementUrl, state }]
      : [];
  });
}

const workloadOf = ({ name, service }: z.output<typeof consumerSchema>): string => service ?? name;
