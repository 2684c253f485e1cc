import type { Served } from '../proxy/server.js';

/** Figures of what went through the address since it was opened. */
export interface TrafficFigures {
  readonly requests: number;
  /** Answers of 500 and above, and those of the proxy itself. */
  readonly failed: number;
  /** Over the last ten seconds. */
  readonly perSecond: number;
}

export interface Traffic {
  count(served: Served): void;
  figures(): TrafficFigures;
}

const WINDOW_S = 10;

export const createTraffic = (now: () => number = () => performance.now()): Traffic => {
  const buckets = new Map<number, number>();
  let requests = 0;
  let failed = 0;
  const second = (): number => Math.floor(now() / 1000);
  return {
    count: ({ status }) => {
      requests += 1;
      if (status >= 500) failed += 1;
      buckets.set(second(), (buckets.get(second()) ?? 0) + 1);
      for (const old of buckets.keys()) if (old < second() - WINDOW_S) buckets.delete(old);
    },
    figures: () => {
      const recent = [...buckets].filter(([at]) => at >= second() - WINDOW_S && at < second());
      const perSecond = recent.reduce((sum, [, count]) => sum + count, 0) / WINDOW_S;
      return { requests, failed, perSecond };
    },
  };
};
