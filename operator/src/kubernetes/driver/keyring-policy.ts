import { z } from 'zod';
import { RING_NAME } from '@keyturn/keyring/document';
import type { PolicyReading } from '../../engine/index.js';
import {
  checkTogether,
  duration,
  importedKey,
  importProblem,
  importSchema,
  policyFields,
  problemsOf,
  toRingPolicy,
} from '../../policy/index.js';
import type { Secret } from '../api/index.js';
import type { KeyRing } from './resources.js';

const workload = z.strictObject({
  kind: z.string(),
  name: z.string(),
  proof: z.enum(['Rollout', 'MaxAge']),
  after: duration.optional(),
});

const schema = z
  .strictObject({
    ...policyFields,
    consumers: z
      .strictObject({
        namespaces: z.array(z.string().regex(RING_NAME, 'must be the name of a namespace')).default([]),
        workloads: z.array(workload).default([]),
      })
      .prefault({}),
    import: z.strictObject({ secretRef: z.strictObject({ name: z.string() }) }).optional(),
  })
  .superRefine(checkTogether);

/** Reads a Secret of the ring's namespace; undefined = there is none. */
export type SecretReader = (name: string) => Promise<Secret | undefined>;

/**
 * The policy that a KeyRing says. The API server has held it to its schema; what it cannot know is checked here. With
 * `secret` the key to import is read: it is needed for a ring that does not exist yet.
 */
export async function readKeyRing({ metadata, spec }: KeyRing, secret?: SecretReader): Promise<PolicyReading> {
  const parsed = schema.safeParse(spec);
  if (!parsed.success) return { problems: problemsOf(parsed.error).map((problem) => `spec.${problem}`) };
  const { data } = parsed;
  const outside = data.consumers.workloads
    .filter(({ proof }) => proof === 'MaxAge')
    .map(({ kind, name, after = 0 }) => ({ name: `${kind}/${name}`, cacheMs: after }));
  const policy = toRingPolicy(metadata.name, data, { outside });
  if (!data.import || !secret) return { policy };
  const { name } = data.import.secretRef;
  const about = (problem: string): PolicyReading => ({
    problems: [`spec.import.secretRef: Secret ${name}: ${problem}`],
  });
  const found = await secret(name);
  if (!found) return about('is missing');
  const given = importSchema.safeParse(contentOf(found));
  if (!given.success) return about(problemsOf(given.error).join('; '));
  const existing = await importedKey(data.algorithm, given.data);
  if (existing.problem !== undefined) return about(existing.problem);
  const problem = await importProblem(policy, existing.key);
  return problem === undefined ? { policy: { ...policy, imported: existing.key } } : about(problem);
}

/** `jwk` (JSON), `secret` and `kid` of a Secret; what is no JSON is left for the rules to refuse. */
function contentOf({ data = {} }: Secret): Record<string, unknown> {
  const text = (member: string): string | undefined => {
    const value = data[member];
    return value === undefined ? undefined : Buffer.from(value, 'base64').toString('utf8').trim();
  };
  const content = { jwk: parsed(text('jwk')), secret: text('secret'), kid: text('kid') };
  return Object.fromEntries(Object.entries(content).filter(([, value]) => value !== undefined));
}

const parsed = (text: string | undefined): unknown => {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return 'no JSON';
  }
};
