import type { GatheredConsumer } from '../planner/index.js';
import type { ConsumerListing } from './driver.js';

type Reported = GatheredConsumer['reported'];

/**
 * What an operator remembers of the pods of one ring between rounds: the last durable receipt of each pod UID, since
 * when its platform reports it as it does, and since when the projection of a generation is known to be stored. An
 * operator that starts again has forgotten all of it, which makes it wait, never go ahead.
 */
export class PodMemory {
  private readonly durable = new Map<string, number>();
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
    return this.durable.get(podUid) ?? 0;
  }

  saw(podUid: string, durable: number): void {
    this.durable.set(podUid, Math.max(durable, this.lastDurable(podUid)));
  }

  /** Forgets pods that are no longer listed. */
  keepOnly(podUids: ReadonlySet<string>): void {
    for (const map of [this.durable, this.reports]) {
      for (const podUid of map.keys()) if (!podUids.has(podUid)) map.delete(podUid);
    }
  }
}
