import { z } from 'zod';
import { DURATION_RULE, parseDuration, SECRET_ALGORITHMS, SIGNING_ALGORITHMS } from '@keyturn/keyring/document';
import type { RingPolicy } from '../engine/index.js';
import type { FreshKey } from '../planner/index.js';
import { isSecretAlgorithm } from './import.js';

/** Ten years: everything that a ring computes from it stays a time that can be written. */
const LONGEST_MS = 3_650 * 86_400_000;

export const duration = z.string().transform((text, context) => {
  const ms = parseDuration(text);
  if (ms === undefined) context.addIssue({ code: 'custom', message: DURATION_RULE });
  else if (ms > LONGEST_MS) context.addIssue({ code: 'custom', message: 'must be at most 3650d' });
  return ms ?? 0;
});
const positive = duration.refine((ms) => ms > 0, 'must be longer than 0');

/** What a policy says, whatever platform it is for. Defaults are those of the custom resource. */
export const policyFields = {
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
  encryptsData: z.boolean().optional(),
};

const plain = z.strictObject(policyFields);
export type PolicyFields = z.infer<typeof plain>;

/** Rules about several fields at once. */
export function checkTogether(
  { type, algorithm }: Pick<PolicyFields, 'type' | 'algorithm'>,
  context: z.RefinementCtx,
): void {
  if (isSecretAlgorithm(algorithm) === (type === 'SharedSecret')) return;
  const message = `must be one of ${(type === 'SharedSecret' ? SECRET_ALGORITHMS : SIGNING_ALGORITHMS).join(', ')} for type ${type}`;
  context.addIssue({ code: 'custom', path: ['algorithm'], message });
}

/** Each wrong field with its rule; values are not repeated. */
export const problemsOf = (error: z.ZodError): string[] =>
  error.issues.map(({ path, message }) => `${path.join('.') || 'the policy'}: ${message}`);

export function toRingPolicy(
  ring: string,
  data: PolicyFields,
  more: { readonly outside: RingPolicy['outside']; readonly imported?: FreshKey },
): RingPolicy {
  const { rotation, safety } = data;
  return {
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
      encryptsData: data.encryptsData ?? data.algorithm === 'opaque',
    },
    outside: more.outside,
    historyLimit: rotation.historyLimit,
    ...(more.imported && { imported: more.imported }),
  };
}
