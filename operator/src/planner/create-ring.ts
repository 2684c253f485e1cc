import type { RingAlgorithm, RingDocument, RingSettings, RingType } from '@keyturn/keyring/document';
import { type FreshKey, pendingKey } from './apply-plan.js';

/** What a ring is before it has keys. */
export interface NewRing {
  readonly ring: string;
  /** Random; says that two documents of the same name are the same ring. */
  readonly ringId: string;
  readonly type: RingType;
  readonly algorithm: RingAlgorithm;
  readonly issuer?: string;
  readonly settings: RingSettings;
}

/**
 * A new ring in one write: generation 1, `first` (fresh, or imported from a running system) active, `second` pending.
 * The active key needs no proof: no process has anything older.
 */
export function createRing(ring: NewRing, first: FreshKey, second: FreshKey, now: number): RingDocument {
  const empty = { ...ring, keys: [] };
  const stamp = { since: 1, createdAt: now };
  return {
    form: 'full',
    version: 1,
    ...ring,
    generation: 1,
    keys: [
      { ...pendingKey(empty, first, stamp), state: 'active', activatedAt: now },
      pendingKey(empty, second, { ...stamp, index: 1 }),
    ],
  };
}
