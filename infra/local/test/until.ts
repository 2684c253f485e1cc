import { setTimeout as sleep } from 'node:timers/promises';

/** Shorter than a test may take, so that the wait that fails is named. */
const LONGEST_MS = 25_000;
const PAUSE_MS = 20;

/** Asks until it holds. Throws an Error that says what was waited for. */
export const until = async (what: string, holds: () => Promise<boolean> | boolean): Promise<void> => {
  const end = performance.now() + LONGEST_MS;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`waited ${LONGEST_MS / 1_000} s for ${what}`);
    await sleep(PAUSE_MS);
  }
};
