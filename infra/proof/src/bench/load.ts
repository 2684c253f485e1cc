import autocannon from 'autocannon';
import type { Span } from './profile.js';
import { monotonicNow } from './profiling.js';

export interface Load {
  readonly url: string;
  readonly seconds: number;
  readonly connections: number;
  /** The headers of the next request. */
  readonly headers: () => Record<string, string>;
}

export interface Measured {
  readonly requestsPerSecond: number;
  readonly failures: number;
  /** When it was measured. */
  readonly span: Span;
}

/** Closed-loop load over keep-alive connections; each request gets its own headers. */
export async function measure({ url, seconds, connections, headers }: Load): Promise<Measured> {
  const from = monotonicNow();
  const result = await autocannon({
    url,
    connections,
    duration: seconds,
    requests: [{ method: 'GET', setupRequest: (request) => ({ ...request, headers: headers() }) }],
  });
  return {
    requestsPerSecond: result.requests.average,
    failures: result.non2xx + result.errors + result.timeouts,
    span: { from, until: monotonicNow() },
  };
}
