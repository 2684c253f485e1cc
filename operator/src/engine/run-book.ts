import type { RingDocument } from '@keyturn/keyring/document';
import type { RunRecord } from '../records/index.js';
import type { Driver } from './driver.js';
import type { EngineObserver } from './events.js';
import { begun, forgettable, isOpen, takeRequest, takeWhileBehind } from './runs.js';
import type { Trouble } from './trouble.js';

/** How a ring stands when its requests are taken. */
interface Standing {
  readonly ring: RingDocument | undefined;
  /** Nothing but a recovery is taken. */
  readonly stalled: Trouble | undefined;
  /** Processes have newer generations: a recovery may be asked for. */
  readonly isBehind: boolean;
  readonly now: number;
}

/** The runs of one ring: loaded each turn, stored when they change. */
export class RunBook {
  runs: readonly RunRecord[] = [];

  constructor(
    private readonly driver: Driver,
    private readonly ring: string,
    private readonly observe: EngineObserver,
  ) {}

  async load(): Promise<void> {
    this.runs = [...(await this.driver.runs(this.ring))].sort((a, b) => (begun(a) < begun(b) ? -1 : 1));
  }

  /** Answers every request with a run, and only then forgets it: a crash in between answers it once, not twice. */
  async takeRequests({ ring, stalled, isBehind, now }: Standing): Promise<void> {
    for (const request of await this.driver.requests(this.ring)) {
      if (!this.runs.some(({ id }) => id === request.id)) {
        const answered = stalled
          ? [takeWhileBehind(request, stalled.message, now)]
          : takeRequest(request, ring, this.runs, now, isBehind);
        await this.store(answered);
        const phase = answered.at(-1)?.phase ?? 'Refused';
        await this.observe({ event: 'request-taken', ring: this.ring, run: request.id, phase });
      }
      await this.driver.forget(request);
    }
  }

  /** Stores runs. One that has ended stays as it ended, whatever another operator still believes about it. */
  async store(changed: readonly RunRecord[]): Promise<void> {
    if (changed.length === 0) return;
    const ended = new Map(
      (await this.driver.runs(this.ring)).filter((run) => !isOpen(run)).map((run) => [run.id, run]),
    );
    const stored = changed.map((run) => ended.get(run.id) ?? run);
    for (const run of stored) if (!ended.has(run.id)) await this.driver.putRun(run);
    const ids = new Set(stored.map(({ id }) => id));
    this.runs = [...this.runs.filter(({ id }) => !ids.has(id)), ...stored];
  }

  /** Stores those that are not the same object as before. */
  async update(next: readonly RunRecord[]): Promise<void> {
    const before = this.runs;
    await this.store(next.filter((run) => !before.includes(run)));
    for (const run of next) {
      const was = before.find(({ id }) => id === run.id);
      if (isOpen(run) || !was || !isOpen(was)) continue;
      const tookMs = Date.parse(run.timeline.at(-1)?.at ?? '') - Date.parse(run.timeline[0]?.at ?? '');
      await this.observe({ event: 'run-ended', ring: this.ring, run: run.id, phase: run.phase, tookMs });
    }
  }

  async forgetOldest(limit: number): Promise<void> {
    const old = forgettable(this.runs, limit);
    for (const run of old) await this.driver.removeRun(run);
    this.runs = this.runs.filter((run) => !old.includes(run));
  }
}
