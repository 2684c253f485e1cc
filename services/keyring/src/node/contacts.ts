import type { Moment, NotedMoment } from '../rules/moment.js';
import type { StartPlan } from '../rules/start.js';

/**
 * The contacts of a process with the truth. A contact is the START of a confirming read, and it counts only once what
 * the read returned (or a later generation) is loaded. The lease is stricter (P4): the listeners must have finished, for
 * an instance that one of them is about to replace may still sign with the old key.
 */
export class Contacts {
  /** Reads whose generation is not in use yet, the latest one of each generation. */
  private readonly open = new Map<number, Moment>();
  private latest: Moment | undefined;
  private noted: NotedMoment | undefined;
  /** Monotonic start of the last contact; what the hard limit counts from. */
  at: number | undefined;
  /** Monotonic start of the contact that the lease counts from: after a reboot nothing is left of it. */
  leaseFrom: number | undefined;

  /** Takes over what the pod's earlier process left. */
  resume(plan: Extract<StartPlan, { kind: 'resume' }>, noted: NotedMoment, now: Moment): void {
    this.noted = noted;
    this.at = now.monotonicMs - plan.contactAgeMs;
    if (plan.leaseAgeMs !== undefined) this.leaseFrom = now.monotonicMs - plan.leaseAgeMs;
  }

  /** A confirming read, begun at `start`, found `generation`. */
  read(generation: number, start: Moment): void {
    const known = this.open.get(generation);
    if (!known || known.monotonicMs < start.monotonicMs) this.open.set(generation, start);
  }

  /** Everything up to `generation` is loaded: the hard limit counts from the newest such read. */
  loaded(generation: number): void {
    for (const [read, { monotonicMs }] of this.open) {
      if (read <= generation) this.at = Math.max(monotonicMs, this.at ?? monotonicMs);
    }
  }

  /** Everything up to `generation` is in use, instances that sign included: the lease counts from the newest such read. */
  inUse(generation: number): void {
    this.loaded(generation);
    for (const [read, start] of this.open) {
      if (read > generation) continue;
      this.open.delete(read);
      if (!this.latest || this.latest.monotonicMs < start.monotonicMs) this.latest = start;
      this.leaseFrom = Math.max(start.monotonicMs, this.leaseFrom ?? start.monotonicMs);
    }
  }

  /**
   * What a file of `generation` may say: whoever starts from it loads at least that generation, so a read of it counts
   * there even while it waits here for the listeners.
   */
  forFile(generation: number): { readonly noted: NotedMoment; readonly monotonicMs?: number } | undefined {
    const starts = [...this.open].filter(([read]) => read <= generation).map(([, start]) => start);
    const newest = [...starts, ...(this.latest ? [this.latest] : [])].reduce<Moment | undefined>(
      (a, b) => (a && a.monotonicMs >= b.monotonicMs ? a : b),
      undefined,
    );
    if (!newest) return this.noted && { noted: this.noted };
    const { monotonicMs, ...noted } = newest;
    return { noted, monotonicMs };
  }
}
