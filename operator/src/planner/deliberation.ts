import type { RingDocument, RingKey } from '@keyturn/keyring/document';
import type { Evidence } from './evidence.js';
import type { Intent, Laggard, Plan, StepKind, Wait, WaitReason } from './plan.js';
import { nextRotationAt } from './schedule.js';

/** A drain goes on beside everything else. */
const inBackground = ({ reason }: Wait): boolean => reason === 'DrainNotOver';

/** What the rules share while they look at one ring: the facts, and what each of them lacked. */
export class Deliberation {
  readonly waits: Wait[] = [];
  private asks = false;
  private canaryFor: string | null = null;

  constructor(
    readonly ring: RingDocument,
    readonly evidence: Evidence | undefined,
    readonly intent: Intent,
    readonly now: number,
  ) {}

  /** A rule needs evidence that was not gathered. */
  ask(canaryFor: string | null = null): undefined {
    this.asks = true;
    this.canaryFor ??= canaryFor;
    return undefined;
  }

  wait(reason: WaitReason, since: number, more: Omit<Partial<Wait>, 'reason' | 'since' | 'stalled'> = {}): undefined {
    const { until, ...rest } = more;
    const byItself = until !== undefined && Number.isFinite(until);
    const stalled = !byItself && this.now - since > this.ring.settings.stalledAfterMs;
    this.waits.push({ reason, since, laggards: [], ...rest, ...(byItself && { until }), stalled });
    return undefined;
  }

  waitFor(reason: WaitReason, step: StepKind, key: RingKey, since: number, laggards: readonly Laggard[]): undefined {
    return this.wait(reason, since, { step, kid: key.kid, atLeast: key.since, laggards });
  }

  withoutStep(): Plan {
    const { generation } = this.ring;
    if (this.asks) return { outcome: 'ask', generation, question: { atLeast: generation, canaryFor: this.canaryFor } };
    const [beside, holding] = [this.waits.filter(inBackground), this.waits.filter((wait) => !inBackground(wait))];
    const waits = [...(holding.length > 0 ? holding : [this.idle()]), ...beside];
    return { outcome: waits.some(({ stalled }) => stalled) ? 'stalled' : 'wait', generation, waits };
  }

  private idle(): Wait {
    const next = nextRotationAt(this.ring);
    const reason = this.ring.settings.paused ? 'Paused' : 'NothingDue';
    return { reason, since: this.now, laggards: [], stalled: false, ...(next !== null && { until: next }) };
  }
}
