import type { Clock } from '../clock.js';
import { fetchDelayMs, judgeUnknownKid, UNKNOWN_KID_LIMITS, type UnknownKidLimits } from '../rules/unknown-kid.js';

/**
 * Turns unknown kids into fetches (P5): single-flight, at most one a second, and the next one is shared by everybody who
 * asked before it began. Resolves to true when such a fetch was made, false when one has just not found the kid.
 * Rejects when the fetch failed, or too many wait for it: then nobody knows.
 */
export class UnknownKidGate {
  private readonly absent = new Map<string, number>();
  private next: { promise: Promise<void>; kids: Set<string>; waiting: number } | undefined;
  private running: Promise<void> = Promise.resolve();
  private lastStartMs: number | undefined;

  constructor(
    private readonly fetch: () => Promise<void>,
    private readonly clock: Clock,
    private readonly signal: AbortSignal,
    private readonly limits: UnknownKidLimits = UNKNOWN_KID_LIMITS,
  ) {}

  async request(kid: string): Promise<boolean> {
    const absentSinceMs = this.absent.get(kid);
    const state = { waiting: this.next?.waiting ?? 0, ...(absentSinceMs !== undefined && { absentSinceMs }) };
    const verdict = judgeUnknownKid(state, this.clock.monotonic(), this.limits);
    if (verdict === 'absent') return false;
    if (verdict === 'full') throw new Error('too many unknown kids wait for a fetch');
    const next = (this.next ??= this.schedule());
    next.kids.add(kid);
    next.waiting += 1;
    await next.promise;
    return true;
  }

  private schedule(): { promise: Promise<void>; kids: Set<string>; waiting: number } {
    const kids = new Set<string>();
    const promise = this.fetchWhenAllowed(kids);
    this.running = promise.catch(() => undefined);
    return { promise, kids, waiting: 0 };
  }

  private async fetchWhenAllowed(kids: Set<string>): Promise<void> {
    try {
      await this.running;
      const delay = fetchDelayMs(this.lastStartMs, this.clock.monotonic(), this.limits);
      if (delay > 0) await this.clock.sleep(delay, this.signal);
    } finally {
      this.next = undefined;
    }
    this.lastStartMs = this.clock.monotonic();
    await this.fetch();
    this.remember(kids);
  }

  private remember(kids: Set<string>): void {
    const now = this.clock.monotonic();
    for (const kid of kids) {
      this.absent.delete(kid);
      this.absent.set(kid, now);
    }
    for (const kid of this.absent.keys()) {
      if (this.absent.size <= this.limits.mostAbsent) break;
      this.absent.delete(kid);
    }
  }
}
