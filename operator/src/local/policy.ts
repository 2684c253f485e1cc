import { z } from 'zod';
import {
  DURATION_RULE,
  parseDuration,
  RING_NAME,
  type RingAlgorithm,
  SECRET_ALGORITHMS,
  SIGNING_ALGORITHMS,
} from '@keyturn/keyring/document';
import type { PolicyReading, RingPolicy } from '../engine/index.js';
import { asRingKey } from '../keys/index.js';
import type { FreshKey } from '../planner/index.js';

const duration = z.string().transform((text, context) => {
  const ms = parseDuration(text);
  if (ms === undefined) context.addIssue({ code: 'custom', message: DURATION_RULE });
  return ms ?? 0;
});
const positive = duration.refine((ms) => ms > 0, 'must be longer than 0');

const imported = z
  .strictObject({
    jwk: z.looseObject({ kty: z.string(), d: z.string() }).optional(),
    secret: z.string().min(43, 'must be 256 bits or more, base64url').optional(),
    kid: z.string().min(1).max(128).optional(),
  })
  .refine(({ jwk, secret }) => (jwk === undefined) !== (secret === undefined), 'must have either jwk or secret');

/** `rings/<ring>.json`, the spec of a KeyRing. Defaults are those of the custom resource. */
const schema = z
  .strictObject({
    type: z.enum(['SigningKey', 'SharedSecret']),
    algorithm: z.enum([...SIGNING_ALGORITHMS, ...SECRET_ALGORITHMS]),
    issuer: z.url().optional(),
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
    import: imported.optional(),
  })
  .superRefine(({ type, algorithm }, context) => {
    const secret = (SECRET_ALGORITHMS as readonly string[]).includes(algorithm);
    if (secret === (type === 'SharedSecret')) return;
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
    ...(existing && { imported: existing }),
  };
  return { policy };
}

async function importedKey(
  algorithm: RingAlgorithm,
  { jwk, secret, kid }: z.infer<typeof imported>,
): Promise<FreshKey> {
  if (secret !== undefined) return { kid: kid ?? 'imported', secret };
  const signing = SIGNING_ALGORITHMS.find((name) => name === algorithm) ?? 'ES256';
  return asRingKey({ ...jwk, ...(kid !== undefined && { kid }) }, signing);
}
