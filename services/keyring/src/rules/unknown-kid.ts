/** P5 in numbers. A fetch a second bounds what random kids can cause and how long a new key can be kept out. */
export interface UnknownKidLimits {
  /** Least distance between the starts of two fetches. */
  readonly intervalMs: number;
  /** Callers that may wait for the next fetch; the others are answered at once. */
  readonly mostWaiting: number;
  /** Kids that a fetch did not find, kept for `intervalMs`. */
  readonly mostAbsent: number;
}

export const UNKNOWN_KID_LIMITS: UnknownKidLimits = { intervalMs: 1000, mostWaiting: 10_000, mostAbsent: 10_000 };

export interface UnknownKidState {
  readonly waiting: number;
  /** When a fetch that began after it was asked for last failed to find this kid. */
  readonly absentSinceMs?: number;
}

/**
 * May this kid wait for the next fetch?
 * 1. A fetch that began after the kid was seen has just not found it: no.
 * 2. Too many are waiting: no; the fetch they wait for serves this kid's next request.
 * 3. Otherwise yes. The next fetch is never put off by those who join it, so a flood cannot keep a new key out.
 */
export const mayWaitForFetch = (state: UnknownKidState, nowMs: number, limits: UnknownKidLimits): boolean => {
  if (state.absentSinceMs !== undefined && nowMs - state.absentSinceMs < limits.intervalMs) return false;
  return state.waiting < limits.mostWaiting;
};

/** Milliseconds until the next fetch may start. */
export const fetchDelayMs = (lastStartMs: number | undefined, nowMs: number, limits: UnknownKidLimits): number =>
  lastStartMs === undefined ? 0 : Math.max(0, lastStartMs + limits.intervalMs - nowMs);
