import { activeKey, keysIn, type RingDocument, type RingKeyBase } from '@keyturn/keyring/document';
import type { OutsideVerifier } from './plan.js';

/** Full or public: no question about time needs key material. */
interface Ring {
  readonly keys: readonly RingKeyBase[];
  readonly settings: RingDocument['settings'];
}

/**
 * Epoch ms of the next rotation by schedule; null = only on request. It counts from the last activation, so an operator
 * that was away for many intervals rotates once when it is back, never once for each interval.
 */
export function nextRotationAt(ring: Ring): number | null {
  const { paused, rotationIntervalMs } = ring.settings;
  const active = activeKey(ring.keys);
  if (paused || rotationIntervalMs === null || !active) return null;
  return (active.activatedAt ?? active.createdAt) + rotationIntervalMs;
}

export const isRotationDue = (ring: Ring, now: number): boolean => {
  const at = nextRotationAt(ring);
  return at !== null && now >= at;
};

/** Epoch ms at which the first draining key may be retired; null when none drains. */
export const earliestRetirement = (ring: Ring): number | null => {
  const ends = keysIn(ring.keys, 'draining').map((key) => key.drainUntil ?? 0);
  return ends.length === 0 ? null : Math.min(...ends);
};

/**
 * Epoch ms at which verifiers outside the receipts have seen what was published at `publishedAt`; 0 when there are none,
 * so that a clock that jumped back makes nobody wait for nobody.
 */
export const outsideReadyAt = (
  publishedAt: number,
  outside: readonly OutsideVerifier[],
  settings: RingDocument['settings'],
): number => Math.max(0, ...outside.map(({ cacheMs }) => publishedAt + cacheMs + 2 * settings.clockErrorMs));

/** How many keys are pending, active or draining. */
export const liveKeys = (ring: Pick<Ring, 'keys'>): number => keysIn(ring.keys, 'pending', 'active', 'draining').length;

/**
 * Epoch ms at which so many draining keys will be gone that one more key may live; null when it may now, Infinity when
 * no drain makes room.
 */
export function roomForAnotherKeyAt(ring: Ring): number | null {
  const tooMany = liveKeys(ring) + 1 - ring.settings.maxLiveKeys;
  if (tooMany <= 0) return null;
  const ends = keysIn(ring.keys, 'draining')
    .map((key) => key.drainUntil ?? 0)
    .sort((a, b) => a - b);
  return ends[tooMany - 1] ?? Number.POSITIVE_INFINITY;
}

/** Epoch ms from which the standby could sign; null while it is not proven, because that depends on others. */
export const earliestActivation = (ring: Ring, now: number): number | null => {
  if (!keysIn(ring.keys, 'pending').some(({ provenAt }) => provenAt !== undefined)) return null;
  const roomAt = activeKey(ring.keys) ? roomForAnotherKeyAt(ring) : null;
  if (roomAt === null) return now;
  return Number.isFinite(roomAt) ? roomAt : null;
};
