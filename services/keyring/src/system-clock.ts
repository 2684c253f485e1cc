import { uptime } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from './clock.js';
import { monotonicClock } from './monotonic.js';

/** The longest delay that a timer of the runtime can hold; a longer one would fire at once. */
const LONGEST_TIMER_MS = 2_147_483_647;

/** The clock of the running process. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: monotonicClock({
    running: () => performance.now(),
    wall: () => Date.now(),
    uptime: () => uptime() * 1000,
  }),
  sleep: async (ms, signal) => {
    try {
      await wait(Math.min(Math.max(ms, 0), LONGEST_TIMER_MS), undefined, signal && { signal });
    } catch (error) {
      throw signal?.reason ?? error;
    }
  },
};
