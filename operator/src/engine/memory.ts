import type { GatheredConsumer } from '../planner/index.js';
import type { ConsumerListing } from './driver.js';

type Reported = GatheredConsumer['reported'];

/**
 * What an operator remembers of the pods of one ring between rounds: what each pod UID was last proved to have, since
 * when its platform reports it as it does, and since when the projection of a generation is known to be stored. An
 * operator that starts again has forgotten all of it, which makes it wait, never go ahead.
 */
export class PodMemory {
  private readonly proved = new Map<string, number>();
  private readonly reports = new Map<string, Reported>();
  private projection = { generation: 0, at: 0 };

  /** When the projection of a generation was first seen to be stored; `now` for one that was not seen before. */
  projectedAt(generation: number, now: number): number {
    if (this.projection.generation !== generation) this.projection = { generation, at: now };
    return this.projection.at;
  }

  reported({ podUid, state }: ConsumerListing, now: number): Reported {
    const before = this.reports.get(podUid);
    if (before?.state === state) return before;
    const report = { state, since: now };
    this.reports.set(podUid, report);
    return report;
  }

  lastDurable(podUid: string): number {
    return this.proved.get(podUid) ?? 0;
  }

  saw(podUid: string, proved: number): void {
    this.proved.set(podUid, Math.max(proved, this.lastDurable(podUid)));
  }

  /** Forgets pods that are no longer listed. */
  keepOnly(podUids: ReadonlySet<string>): void {
    for (const map of [this.proved, this.reports]) {
      for (const podUid of map.keys()) if (!podUids.has(podUid)) map.delete(podUid);
    }
  }
}
