import { setTimeout as sleep } from 'node:timers/promises';

/** Shorter than a test may take, so that the wait that fails is named. */
const LONGEST_MS = 30_000;
const PAUSE_MS = 20;

/**
 * Asks until the answer is neither undefined nor false, and returns it. Throws an Error that says what was waited for, and
 * what `seen` has seen instead.
 */
export const until = async <T>(
  what: string,
  ask: () => Promise<T | undefined | false> | T | undefined | false,
  seen: () => unknown = () => undefined,
): Promise<T> => {
  const end = performance.now() + LONGEST_MS;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > end) {
      const instead = seen();
      const told = instead === undefined ? '' : `; seen: ${JSON.stringify(instead)}`;
      throw new Error(`waited ${LONGEST_MS / 1_000} s for ${what}${told}`);
    }
    await sleep(PAUSE_MS);
  }
};
