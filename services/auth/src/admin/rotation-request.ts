import { RING_NAME } from '@keyturn/keyring';
import { invalidField } from '@keyturn/runtime';
import { z } from 'zod';

/** A request as the operator reads it: one JSON file named by its id. */
export type RotationRequest = {
  readonly id: string;
  readonly ring: string;
  /** RFC 3339. */
  readonly requestedAt: string;
  /** The administrator's user id. */
  readonly requestedBy: string;
} & ({ readonly kind: 'rotate' | 'abort' } | { readonly kind: 'revoke'; readonly keys: readonly string[] | 'all' });

const KEYS = z.union([z.literal('all'), z.array(z.string().min(1).max(256)).min(1).max(64)]);
const KEYS_RULE = 'must be "all" or a list of 1 to 64 kids';

/** Throws ProblemException 400 that names the field and the rule. */
export const checkRing = (ring: string): string => {
  if (RING_NAME.test(ring)) return ring;
  throw invalidField('ring', 'format', 'must be the name of a ring: a-z, 0-9 and -, at most 63 characters');
};

/** The keys that a revocation names. Throws ProblemException 400. */
export const checkKeys = (body: unknown): readonly string[] | 'all' => {
  const members = typeof body === 'object' && body !== null ? Object.entries(body) : [];
  const unknown = members.find(([name]) => name !== 'keys');
  if (unknown) throw invalidField(unknown[0].slice(0, 64), 'unknown', 'is not known; the only field is keys');
  const parsed = KEYS.safeParse(members[0]?.[1]);
  if (parsed.success) return parsed.data;
  throw invalidField('keys', 'keys', KEYS_RULE);
};
