import type { Clock } from '../clock.js';

/** How long a receipt catches up, and the pause between two attempts. */
const CATCH_UP_MS = 5000;
const PAUSE_MS = 200;

export interface CatchUp {
  readonly done: () => boolean;
  readonly attempt: () => Promise<void>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Attempts until it is done, 5 s are over or the signal aborts, whichever comes first. A hanging attempt is left behind. */
export const catchUp = async ({ done, attempt, clock, signal }: CatchUp): Promise<void> => {
  const over = new AbortController();
  const stop = AbortSignal.any([over.signal, signal]);
  const deadline = clock.sleep(CATCH_UP_MS, stop).then(
    () => over.abort(),
    () => undefined,
  );
  while (!done() && !stop.aborted) {
    await Promise.race([attempt(), deadline]);
    if (done() || stop.aborted) break;
    await clock.sleep(PAUSE_MS, stop).catch(() => undefined);
  }
  over.abort();
};
