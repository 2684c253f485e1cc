import { type AnyRingDocument, formatTime, type KeyState, type RingAlgorithm, type RingType } from '@keyturn/keyring';

/** A ring as an administrator sees it: no key material. Times are RFC 3339. */
export interface RingSummary {
  readonly ring: string;
  readonly type: RingType;
  readonly algorithm: RingAlgorithm;
  readonly generation: number;
  readonly keys: readonly KeySummary[];
  /** What the operator says about the ring, where it says it here. */
  readonly conditions?: readonly object[];
  /** Processes that take part, those that have the generation, and the names of at most 20 that do not. */
  readonly consumers?: {
    readonly total: number;
    readonly current: number;
    readonly lagging: readonly object[];
    /** All of them, where the operator lists them here. */
    readonly processes?: readonly object[];
  };
  readonly nextRotation?: string;
  /** Ids of the run that works and of the one that waits. */
  readonly currentRun?: string;
  readonly queuedRun?: string;
}

export interface KeySummary {
  readonly kid: string;
  readonly state: KeyState;
  readonly createdAt: string;
  readonly activatedAt?: string;
  readonly drainUntil?: string;
}

export const ringSummary = ({ ring, type, algorithm, generation, keys }: AnyRingDocument): RingSummary => ({
  ring,
  type,
  algorithm,
  generation,
  keys: keys.map(({ kid, state, createdAt, activatedAt, drainUntil }) => ({
    kid,
    state,
    createdAt: formatTime(createdAt),
    ...(activatedAt !== undefined && { activatedAt: formatTime(activatedAt) }),
    ...(drainUntil !== undefined && { drainUntil: formatTime(drainUntil) }),
  })),
});
