/** What a machine says about time, in milliseconds. */
export interface TimeReadings {
  /** Time that the process has run; stands still while the machine is suspended. */
  running(): number;
  /** Wall clock; moves on over a suspension, and may be set by anybody. */
  wall(): number;
  /** Since the kernel started, suspensions included. Slow to read. */
  uptime(): number;
}

/** A suspension shorter than this is noise of the readings; several of them add up until they are noticed. */
const NOTICED_MS = 100;

/**
 * A monotonic clock that goes on over a suspension, so that a lease ends on a laptop that slept through it. The kernel's
 * uptime is asked only when the wall clock has moved away from the running time: it costs as much as checking a token.
 */
export const monotonicClock = ({ running, wall, uptime }: TimeReadings): (() => number) => {
  const origin = uptime() - running();
  let offset = wall() - running();
  let suspendedMs = 0;
  return () => {
    const runningMs = running();
    const offsetNow = wall() - runningMs;
    if (Math.abs(offsetNow - offset) > NOTICED_MS) {
      offset = offsetNow;
      const missing = uptime() - runningMs - origin;
      if (missing > suspendedMs + NOTICED_MS / 2) suspendedMs = missing;
    }
    return runningMs + suspendedMs;
  };
};
