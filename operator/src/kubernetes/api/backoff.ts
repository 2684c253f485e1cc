/** Full jitter: operators that lost their API server at the same moment do not come back at the same moment. */
export interface BackoffOptions {
  /** Milliseconds. */
  readonly firstMs: number;
  readonly longestMs: number;
  /** 0 to 1; for tests. */
  readonly random?: () => number;
}

export const DEFAULT_BACKOFF: BackoffOptions = { firstMs: 200, longestMs: 30_000 };

/** How long to wait after so many failures in a row (1 = the first); between half and all of the doubled time. */
export function backoffMs(failures: number, { firstMs, longestMs, random = Math.random }: BackoffOptions): number {
  const doubled = Math.min(longestMs, firstMs * 2 ** Math.min(failures - 1, 30));
  return doubled / 2 + (doubled / 2) * random();
}

/** Resolves after `ms` or when the signal fires. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}
