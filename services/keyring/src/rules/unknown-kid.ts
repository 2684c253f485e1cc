/** P5 in numbers. A fetch a second bounds what random kids can cause and how long a new key can be kept out. */
export interface UnknownKidLimits {
  /** Least distance between the starts of two fetches. */
  readonly intervalMs: number;
  /** Callers that may wait for the next fetch; the others are told at once to come again. */
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

/** `wait` for the next fetch; the kid is known to be `absent`; or it cannot be told now, because the queue is `full`. */
export type UnknownKidVerdict = 'wait' | 'absent' | 'full';

/**
 * What is done about an unknown kid?
 * 1. A fetch that began after the kid was seen has just not found it: it is absent.
 * 2. Too many are waiting: nobody knows whether it is good, so its credential is not called bad (P7); it may come again.
 * 3. Otherwise it waits. The next fetch is never put off by those who join it, so a flood cannot keep a new key out.
 */
export const judgeUnknownKid = (state: UnknownKidState, nowMs: number, limits: UnknownKidLimits): UnknownKidVerdict => {
  if (state.absentSinceMs !== undefined && nowMs - state.absentSinceMs < limits.intervalMs) return 'absent';
  return state.waiting < limits.mostWaiting ? 'wait' : 'full';
};

/** Milliseconds until the next fetch may start. */
export const fetchDelayMs = (lastStartMs: number | undefined, nowMs: number, limits: UnknownKidLimits): number =>
  lastStartMs === undefined ? 0 : Math.max(0, lastStartMs + limits.intervalMs - nowMs);
