import { KeyringError } from '@keyturn/keyring';
import type { PublicRingDocument, RingDocument } from '@keyturn/keyring/document';
import type { TroubleReason } from '../records/index.js';
import type { Driver, PolicyReading, RingPolicy } from './driver.js';

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

/**
 * A projection, or a process, that is ahead of the truth, or a projection that has no truth at all: the truth was
 * restored from an older copy or is lost. To go on would sign with keys that verifiers have already removed, and take
 * what they loaded before for a proof of what is written now. `newest` is the newest form of the ring that was seen.
 */
export async function wentBack(
  truth: Driver['truth'],
  ring: RingDocument | undefined,
  name: string,
  newest: PublicRingDocument | undefined,
): Promise<{ readonly projection: PublicRingDocument; readonly trouble: Trouble } | undefined> {
  const stored = await readProjection(truth, ring, name);
  const seen = ring && newest?.ringId === ring.ringId ? newest : undefined;
  const isStored = (stored?.generation ?? 0) >= (seen?.generation ?? 0);
  const projection = isStored ? stored : seen;
  if (!projection || projection.generation <= (ring?.generation ?? 0)) return undefined;
  // Another operator may have written and projected meanwhile; then the truth has caught up by now.
  const again = await truth.read(name);
  if (again && again.generation >= projection.generation) return undefined;
  const found = ring ? `at generation ${ring.generation}` : 'gone';
  const ahead = isStored ? 'its projection' : 'what processes have loaded is';
  const message = `the truth of ring ${name} is ${found}, ${ahead} at ${projection.generation}: it was restored from an older copy, or lost. Restore the newest copy, or run: keyturn recover ${name}. Nothing is written until then`;
  return { projection, trouble: { reason: 'GenerationWentBack', message } };
}

/** A damaged projection of the truth's own generation is written again; it is derived. */
async function readProjection(
  truth: Driver['truth'],
  ring: RingDocument | undefined,
  name: string,
): Promise<PublicRingDocument | undefined> {
  try {
    return await truth.readProjection(name);
  } catch (error) {
    if (!ring || !(error instanceof KeyringError)) throw error;
    await truth.project(ring);
    return truth.readProjection(name);
  }
}
