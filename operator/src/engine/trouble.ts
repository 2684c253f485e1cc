import { KeyringError } from '@keyturn/keyring';
import type { RingDocument } from '@keyturn/keyring/document';
import type { TroubleReason } from '../records/index.js';
import type { PolicyReading, RingPolicy } from './driver.js';

export interface Trouble {
  readonly reason: TroubleReason;
  /** Names the file, the field and the rule; never a value of a key. */
  readonly message: string;
}

const STORAGE = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'EROFS', 'EACCES', 'EPERM', 'EIO', 'EMFILE', 'ENFILE']);

/** The API server has answered, and the answer is no: it can be reached. */
const isRefused = (error: unknown): boolean =>
  ['forbidden', 'invalid', 'notFound', 'conflict', 'alreadyExists'].includes(
    (error as { readonly kind?: string }).kind ?? '',
  );

/** What a turn that failed is in trouble with. */
export function troubleOf(error: unknown): Trouble {
  const message = error instanceof Error ? error.message : String(error);
  const code = (error as { readonly code?: unknown } | null)?.code;
  if (error instanceof KeyringError) {
    const unreadable = error.code === 'ERR_TRUTH_UNREADABLE';
    return { reason: unreadable ? 'TruthUnreadable' : 'TruthDamaged', message };
  }
  if (code === 'ERR_FOREIGN_OBJECT') return { reason: 'ForeignObject', message };
  if (code === 'ERR_API') return { reason: isRefused(error) ? 'StorageFailed' : 'TruthUnreadable', message };
  if (code === 'ERR_RECORD_FILE') return { reason: 'RecordDamaged', message };
  if (typeof code === 'string' && STORAGE.has(code)) return { reason: 'StorageFailed', message };
  return { reason: 'Unexpected', message };
}

/** A policy may change everything but what a ring is. */
export function policyTrouble(reading: PolicyReading | undefined, ring: RingDocument): Trouble | undefined {
  if (!reading) return undefined;
  const problems = reading.policy ? immutableChanges(reading.policy, ring) : reading.problems;
  if (problems.length === 0) return undefined;
  return { reason: 'PolicyInvalid', message: `${problems.join('; ')}. The ring goes on by its last good policy` };
}

/** An issuer may be named later, and not changed: guards that take it from the ring would refuse every live token. */
export const immutableChanges = (policy: RingPolicy, ring: RingDocument): string[] => [
  ...(['type', 'algorithm', 'issuer'] as const)
    .filter((field) => ring[field] !== undefined && policy[field] !== ring[field])
    .map((field) => `${field}: must stay ${ring[field]}, a ring cannot change it; make another ring`),
  ...(ring.settings.encryptsData && !policy.settings.encryptsData
    ? ['encryptsData: must stay true: secrets would be destroyed though data is encrypted under them']
    : []),
];
