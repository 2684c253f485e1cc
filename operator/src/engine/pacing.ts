import type { Plan } from '../planner/index.js';
import type { RunRecord } from '../records/index.js';
import type { Pace } from './driver.js';
import { isOpen } from './runs.js';

/**
 * How soon to look again: at once after a write, soon while processes are waited for or the status names one that has not the
 * newest of the ring, else now and then.
 */
export const SOON_MS = 250;
export const IDLE_MS = 2_000;
/** So many turns in a row are made soon; then the time between them doubles, as far as the driver's pace says. */
const HELD_TURNS = 20;

/**
 * What it costs to ask one process, its listing and a canary included, milliseconds of processor time (docs/reports/scale.md).
 * A look at thousands of them takes seconds of it: an idle ring may use a fiftieth of a processor, one that waits for
 * processes a quarter. That a process is slow costs nothing.
 */
const COST_MS = 0.75;
const IDLE_SHARE = 50;
const HELD_SHARE = 4;

/** When a ring is looked at again, milliseconds from now. */
export class Pacing {
  readonly idleMs: number;
  /** What the last look at all processes cost. */
  private costMs = 0;
  /** Turns in a row that ended with processes that have not what they should. */
  private heldTurns = 0;

  constructor(private readonly pace: Pace | undefined) {
    this.idleMs = pace?.idleMs ?? IDLE_MS;
  }

  /** So many processes were asked. */
  asked(processes: number): void {
    this.costMs = processes * COST_MS;
  }

  /** Something was written: processes are about to answer. */
  wrote(): void {
    this.heldTurns = 0;
  }

  /** `lagging` = so many processes have not the newest of the ring, whether or not somebody waits for them. */
  next(plan: Plan, runs: readonly RunRecord[], lagging: number, now: number): number {
    if (plan.outcome === 'step' || plan.outcome === 'ask') return 0;
    const held = runs.some(isOpen) || plan.waits.some(({ laggards }) => laggards.length > 0);
    if (held) return Math.max(this.soonMs(), this.costMs * (HELD_SHARE - 1));
    const ends = plan.waits.flatMap(({ until }) => (until === undefined ? [] : [until - now]));
    if (lagging === 0) this.heldTurns = 0;
    const lookMs = lagging > 0 ? this.soonMs() : this.idleMs;
    return Math.max(SOON_MS, Math.min(Math.max(lookMs, this.costMs * IDLE_SHARE), ...ends));
  }

  /** Processes answer within moments or, if one cannot, after hours: looking for hours must not cost as much. */
  private soonMs(): number {
    this.heldTurns += 1;
    return Math.min(this.pace?.heldMs ?? SOON_MS, SOON_MS * 2 ** Math.floor(this.heldTurns / HELD_TURNS));
  }
}
