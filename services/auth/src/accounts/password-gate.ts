import type { AuthMetrics } from '../metrics.js';

export interface PasswordGateOptions {
  /** Requests that may hash at the same time. */
  readonly atOnce: number;
  /** Requests that may wait for their turn; one more is refused. */
  readonly waiting: number;
  readonly metrics: AuthMetrics;
}

/** Calls that hash a password or verify one. */
const HASHING =
  /\/(?:sign-(?:in|up)\/email|(?:reset|change|set|verify)-password|delete-user|two-factor\/(?:enable|disable|generate-backup-codes|get-totp-uri))$/;

export const hashesPassword = ({ method, url }: Pick<Request, 'method' | 'url'>): boolean =>
  method === 'POST' && HASHING.test(new URL(url).pathname);

/**
 * Bounds how many requests hash passwords at the same time. Hashing runs in threads, off the event loop, but one hash takes
 * a processor for about a tenth of a second: without a bound a burst of sign-ins takes the processor from everything else.
 * The whole request waits, not the hash alone, since within it a connection of the pool may be held for a transaction.
 */
export class PasswordGate {
  private running = 0;
  private readonly queue: (() => void)[] = [];

  constructor(private readonly options: PasswordGateOptions) {}

  /** Runs work in its turn; undefined, at once, when too many wait already. */
  async run<T>(work: () => Promise<T>): Promise<T | undefined> {
    const { atOnce, waiting } = this.options;
    if (this.running < atOnce) this.running += 1;
    else if (this.queue.length >= waiting) return undefined;
    else {
      // Whoever ends hands its place over, so that nobody who comes later is let in before.
      await new Promise<void>((turn) => {
        this.queue.push(turn);
        this.observe();
      });
    }
    this.observe();
    try {
      return await work();
    } finally {
      const next = this.queue.shift();
      if (next) next();
      else this.running -= 1;
      this.observe();
    }
  }

  private observe(): void {
    this.options.metrics.passwordRequests.set({ state: 'running' }, this.running);
    this.options.metrics.passwordRequests.set({ state: 'waiting' }, this.queue.length);
  }
}
