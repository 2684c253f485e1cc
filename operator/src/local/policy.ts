import { z } from 'zod';
import { RING_NAME } from '@keyturn/keyring/document';
import type { PolicyReading } from '../engine/index.js';
import {
  checkTogether,
  duration,
  importedKey,
  importProblem,
  importSchema,
  policyFields,
  problemsOf,
  toRingPolicy,
} from '../policy/index.js';

/** `rings/<ring>.json`: the spec of a KeyRing, and what only one machine has. */
const schema = z
  .strictObject({
    ...policyFields,
    outside: z.array(z.strictObject({ name: z.string(), cache: duration })).default([]),
    import: importSchema.optional(),
  })
  .superRefine(checkTogether);

/** Reads a policy. Everything that is wrong is named at once, each field with its rule; values are not repeated. */
export async function parsePolicy(ring: string, value: unknown): Promise<PolicyReading> {
  if (!RING_NAME.test(ring)) return { problems: [`rings/${ring}.json: the name of a ring must be a DNS label`] };
  const parsed = schema.safeParse(value);
  if (!parsed.success) return { problems: problemsOf(parsed.error) };
  const { data } = parsed;
  const existing = data.import && (await importedKey(data.algorithm, data.import));
  if (existing?.problem !== undefined) return { problems: [`import: ${existing.problem}`] };
  const outside = data.outside.map(({ name, cache }) => ({ name, cacheMs: cache }));
  const policy = toRingPolicy(ring, data, { outside, ...(existing && { imported: existing.key }) });
  const problem = existing && (await importProblem(policy, existing.key));
  return problem === undefined ? { policy } : { problems: [`import: ${problem}`] };
}
