import type { Clock } from '../clock.js';

/** A clock that moves only when told to. */
export interface ManualClock extends Clock {
  /** Moves both clocks; what sleeps until then wakes up in order, and what it starts has begun when this resolves. */
  advance(ms: number): Promise<void>;
  /** Sets the wall clock alone, as an administrator or NTP may; nobody wakes up. */
  jumpWall(ms: number): void;
  /** Sleepers that wait now. */
  sleeping(): number;
}

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** Lets promises and file operations that are already possible go on. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
};

/** `startMs` is the wall clock at the beginning, epoch milliseconds. */
export const createManualClock = (startMs = Date.UTC(2030, 0, 1)): ManualClock => {
  let monotonic = 1_000_000;
  let offset = startMs - monotonic;
  const sleepers = new Set<Sleeper>();
  const next = (until: number): Sleeper | undefined =>
    [...sleepers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];

  const sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const aborted = (): void => {
        sleepers.delete(sleeper);
        reject(signal?.reason);
      };
      const wake = (): void => {
        sleepers.delete(sleeper);
        signal?.removeEventListener('abort', aborted);
        resolve();
      };
      const sleeper = { at: monotonic + ms, wake };
      sleepers.add(sleeper);
      signal?.addEventListener('abort', aborted, { once: true });
    });

  return {
    now: () => monotonic + offset,
    monotonic: () => monotonic,
    sleep,
    advance: async (ms) => {
      const until = monotonic + ms;
      await settle();
      for (let sleeper = next(until); sleeper; sleeper = next(until)) {
        monotonic = Math.max(monotonic, sleeper.at);
        sleeper.wake();
        await settle();
      }
      monotonic = until;
      await settle();
    },
    jumpWall: (ms) => {
      offset += ms;
    },
    sleeping: () => sleepers.size,
  };
};
