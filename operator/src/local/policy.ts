import { z } from 'zod';
import {
  DURATION_RULE,
  parseDuration,
  RING_NAME,
  SECRET_ALGORITHMS,
  SIGNING_ALGORITHMS,
} from '@keyturn/keyring/document';
import type { PolicyReading, RingPolicy } from '../engine/index.js';
import { importedKey, importProblem, importSchema, isSecretAlgorithm } from './import.js';

/** Ten years: everything that a ring computes from it stays a time that can be written. */
const LONGEST_MS = 3_650 * 86_400_000;

const duration = z.string().transform((text, context) => {
  const ms = parseDuration(text);
  if (ms === undefined) context.addIssue({ code: 'custom', message: DURATION_RULE });
  else if (ms > LONGEST_MS) context.addIssue({ code: 'custom', message: 'must be at most 3650d' });
  return ms ?? 0;
});
const positive = duration.refine((ms) => ms > 0, 'must be longer than 0');

/** `rings/<ring>.json`, the spec of a KeyRing. Defaults are those of the custom resource. */
const schema = z
  .strictObject({
    type: z.enum(['SigningKey', 'SharedSecret']),
    algorithm: z.enum([...SIGNING_ALGORITHMS, ...SECRET_ALGORITHMS]),
    issuer: z.url().max(2048).optional(),
    maxCredentialLifetime: positive.default(900_000),
    clockSkew: duration.default(30_000),
    clockError: duration.default(5_000),
    rotation: z
      .strictObject({
        interval: positive.nullable().default(null),
        paused: z.boolean().default(false),
        historyLimit: z.int().min(1).max(1000).default(10),
      })
      .prefault({}),
    safety: z
      .strictObject({
        issuerLease: positive.default(3_600_000),
        restartGrace: positive.default(3_600_000),
        hardLimit: positive.default(86_400_000),
        maxLiveKeys: z.int().min(3).max(1000).default(8),
      })
      .prefault({}),
    stalledAfter: positive.default(300_000),
    encryptsData: z.boolean().default(false),
    outside: z.array(z.strictObject({ name: z.string(), cache: duration })).default([]),
    import: importSchema.optional(),
  })
  .superRefine(({ type, algorithm }, context) => {
    if (isSecretAlgorithm(algorithm) === (type === 'SharedSecret')) return;
    const message = `must be one of ${(type === 'SharedSecret' ? SECRET_ALGORITHMS : SIGNING_ALGORITHMS).join(', ')} for type ${type}`;
    context.addIssue({ code: 'custom', path: ['algorithm'], message });
  });

/** Reads a policy. Everything that is wrong is named at once, each field with its rule; values are not repeated. */
export async function parsePolicy(ring: string, value: unknown): Promise<PolicyReading> {
  if (!RING_NAME.test(ring)) return { problems: [`rings/${ring}.json: the name of a ring must be a DNS label`] };
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    return {
      problems: parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the policy'}: ${message}`),
    };
  }
  const { data } = parsed;
  const { rotation, safety } = data;
  const existing = data.import && (await importedKey(data.algorithm, data.import));
  if (existing?.problem !== undefined) return { problems: [`import: ${existing.problem}`] };
  const policy: RingPolicy = {
    ring,
    type: data.type,
    algorithm: data.algorithm,
    ...(data.issuer !== undefined && { issuer: data.issuer }),
    settings: {
      maxCredentialLifetimeMs: data.maxCredentialLifetime,
      clockSkewMs: data.clockSkew,
      clockErrorMs: data.clockError,
      issuerLeaseMs: safety.issuerLease,
      restartGraceMs: safety.restartGrace,
      hardLimitMs: safety.hardLimit,
      maxLiveKeys: safety.maxLiveKeys,
      stalledAfterMs: data.stalledAfter,
      rotationIntervalMs: rotation.interval,
      paused: rotation.paused,
      encryptsData: data.encryptsData,
    },
    outside: data.outside.map(({ name, cache }) => ({ name, cacheMs: cache })),
    historyLimit: rotation.historyLimit,
    ...(existing && { imported: existing.key }),
  };
  const problem = existing && importProblem(policy, existing.key);
  return problem === undefined ? { policy } : { problems: [`import: ${problem}`] };
}
