import { AsyncLocalStorage } from 'node:async_hooks';
import type { BetterAuthPlugin } from 'better-auth';
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

interface Turn {
  state: 'none' | 'taken' | 'refused';
}

/**
 * Bounds how many requests hash passwords at the same time. Hashing runs in threads, off the event loop, but one hash takes
 * a processor for about a tenth of a second: without a bound a burst of sign-ins takes the processor from everything else.
 * The whole request waits, not the hash alone, since within it a connection of the pool may be held for a transaction; but
 * only behind the rate limit (`passwordTurns`), so that whoever is refused by that takes nobody's turn.
 */
export class PasswordGate {
  private running = 0;
  private readonly queue: (() => void)[] = [];
  private readonly turns = new AsyncLocalStorage<Turn>();

  constructor(private readonly options: PasswordGateOptions) {}

  /** Runs a request, which takes its turn within; undefined: too many wait already. */
  async run<T>(work: () => Promise<T>): Promise<T | undefined> {
    const turn: Turn = { state: 'none' };
    try {
      const result = await this.turns.run(turn, work);
      return turn.state === 'refused' ? undefined : result;
    } finally {
      if (turn.state === 'taken') this.leave();
    }
  }

  /** Waits for the turn of the request that is run; false, at once, when too many wait already. */
  async take(): Promise<boolean> {
    const turn = this.turns.getStore();
    if (!turn) throw new Error('a password is hashed in a request that the gate does not run');
    turn.state = (await this.enter()) ? 'taken' : 'refused';
    return turn.state === 'taken';
  }

  private async enter(): Promise<boolean> {
    const { atOnce, waiting } = this.options;
    if (this.running < atOnce) this.running += 1;
    else if (this.queue.length >= waiting) return false;
    else {
      // Whoever ends hands its place over, so that nobody who comes later is let in before.
      await new Promise<void>((turn) => {
        this.queue.push(turn);
        this.observe();
      });
    }
    this.observe();
    return true;
  }

  private leave(): void {
    const next = this.queue.shift();
    if (next) next();
    else this.running -= 1;
    this.observe();
  }

  private observe(): void {
    this.options.metrics.passwordRequests.set({ state: 'running' }, this.running);
    this.options.metrics.passwordRequests.set({ state: 'waiting' }, this.queue.length);
  }
}

/** Where a request takes its turn: Better Auth asks plugins after its rate limit and before all else. */
export const passwordTurns = (gate: PasswordGate): BetterAuthPlugin => ({
  id: 'keyturn-password-turns',
  onRequest: async (request) => {
    if (!hashesPassword(request) || (await gate.take())) return;
    return { response: new Response(null, { status: 503 }) };
  },
});
