import { randomUUID } from 'node:crypto';
import { KeyringError } from '@keyturn/keyring';
import {
  type AnyRingDocument,
  type PublicRingDocument,
  type RingDocument,
  toPublicDocument,
} from '@keyturn/keyring/document';
import { generateKey } from '../keys/index.js';
import {
  aheadOfTruth,
  applyPlan,
  type ConsumerEvidence,
  createRing,
  type Evidence,
  freshKeysFor,
  judgeEvidence,
  keepWithoutIssuer,
  lostKids,
  type Plan,
  planRotation,
  type Question,
  recoverRing,
  withoutProofOf,
} from '../planner/index.js';
import type { RingStatus } from '../records/index.js';
import { acknowledge } from './acknowledgements.js';
import { behindProcesses, behindWhatWasStored, newestOfProcesses } from './behind.js';
import type { Driver, PolicyReading, RingPolicy } from './driver.js';
import type { EngineObserver } from './events.js';
import { gather } from './gather.js';
import { intentOf, isScheduledRunDue } from './intent.js';
import { PodMemory } from './memory.js';
import { IDLE_MS, Pacing, SOON_MS } from './pacing.js';
import type { ProcessClient } from './processes.js';
import { caughtUp, progress, recovering, stepWritten } from './progress.js';
import { RunBook } from './run-book.js';
import { isOpen, orphanedRevocation, scheduledRun } from './runs.js';
import { SpareKey } from './spare-key.js';
import { held, nextScheduled, ringStatus } from './status.js';
import { policyTrouble, type Trouble, troubleOf } from './trouble.js';
import { sayLost } from './wording.js';

export interface RingEngineOptions {
  readonly ring: string;
  readonly driver: Driver;
  readonly processes: ProcessClient;
  readonly now: () => number;
  readonly observe: EngineObserver;
  /** Ends a gathering early; a write that has begun is finished. */
  readonly signal?: AbortSignal;
}

/** After trouble nothing that is known is lost; it is tried again. */
const TROUBLE_MS = 1_000;

const nothingDecided = (generation: number): Plan => ({ outcome: 'wait', generation, waits: [] });

const isConflict = (error: unknown): boolean => error instanceof KeyringError && error.code === 'ERR_TRUTH_CONFLICT';

/** One ring: each turn observes, plans, applies at most one step, and reports. */
export class RingEngine {
  private readonly memory = new PodMemory();
  private readonly spare = new SpareKey();
  private readonly book: RunBook;
  /** The last good one. */
  private policy: RingPolicy | undefined;
  /** Whether there is one, good or not: without it the schedule rests. */
  private hasPolicy = false;
  private trouble: Trouble | undefined;
  private evidence: Evidence | undefined;
  private status: RingStatus | undefined;
  /** The newest document that was seen, for the status in times of trouble. */
  private seen: AnyRingDocument | undefined;
  /** The newest form of the ring that was read. */
  private newest: PublicRingDocument | undefined;
  /** Processes that have newer generations than the truth. */
  private ahead: readonly ConsumerEvidence[] = [];
  private readonly heard = new Map<string, { loaded: number; at: number }>();
  private readonly pacing: Pacing;

  constructor(private readonly options: RingEngineOptions) {
    this.book = new RunBook(options.driver, options.ring, options.observe);
    this.pacing = new Pacing(options.driver.pace);
  }

  /** One turn. Resolves with the time in milliseconds after which the next one is due; what fails is told, and tried again. */
  async turn(): Promise<number> {
    try {
      return await this.observeAndAct();
    } catch (error) {
      if (this.options.signal?.aborted) return 0;
      return this.hold(troubleOf(error), TROUBLE_MS);
    }
  }

  private async observeAndAct(): Promise<number> {
    const { driver, ring: name, now } = this.options;
    const reading = await driver.policy(name);
    this.hasPolicy = reading !== undefined;
    const found = await driver.truth.read(name);
    const back = await behindWhatWasStored(driver.truth, found, name, this.newest);
    this.seen = found ?? back?.newest;
    const ring = found ?? (back ? undefined : await this.create(reading));
    await this.book.load();
    await this.book.takeRequests({ ring, stalled: back?.trouble, isBehind: this.ahead.length > 0, now: now() });
    const recovers = this.book.runs.some((run) => run.kind === 'recover' && isOpen(run));
    if (back) return recovers ? this.recover(found, back.newest) : this.hold(back.trouble, IDLE_MS);
    if (!ring) return this.pacing.idleMs;
    this.seen = ring;
    this.newest = toPublicDocument(ring);
    if (recovers && this.ahead.length > 0) return this.recoverAboveProcesses(ring);
    const wrong = policyTrouble(reading, ring);
    if (reading?.policy && !wrong) this.policy = reading.policy;
    this.trouble = wrong ?? behindProcesses(ring, this.ahead);
    await this.report('truth-read', ring);
    await this.book.update(this.book.runs.map((run) => caughtUp(run, ring, now())));
    if (reading && isScheduledRunDue(ring, this.book.runs, this.policy, now())) {
      await this.book.store([scheduledRun(ring, this.book.runs, now())]);
    }
    const orphaned = orphanedRevocation(ring, this.book.runs, now());
    if (orphaned) await this.book.store([orphaned]);
    const plan = await this.plan(ring);
    if (plan === 'interrupted') return 0;
    return plan.outcome === 'step' ? this.apply(ring, plan) : this.settle(ring, plan);
  }

  private async report(event: 'truth-read' | 'projected' | 'listed' | 'asked', ring: RingDocument): Promise<void> {
    await this.options.observe({ event, ring: ring.ring, generation: ring.generation });
  }

  private async create(reading: PolicyReading | undefined): Promise<RingDocument | undefined> {
    const { driver, now, observe } = this.options;
    if (!reading?.policy) {
      if (reading) await this.hold({ reason: 'PolicyInvalid', message: reading.problems.join('; ') }, IDLE_MS);
      return undefined;
    }
    const { imported, outside: _outside, historyLimit: _limit, ...about } = reading.policy;
    const first = imported ?? (await generateKey(about.algorithm));
    const ring = createRing({ ...about, ringId: randomUUID() }, first, await generateKey(about.algorithm), now());
    try {
      await driver.truth.write(ring);
    } catch (error) {
      if (isConflict(error)) return driver.truth.read(ring.ring);
      throw error;
    }
    await driver.truth.project(ring);
    await observe({ event: 'ring-created', ring: ring.ring, generation: ring.generation });
    return ring;
  }

  /** Goes on above the newest form that was seen, and above everything that was heard. */
  private async recover(found: RingDocument | undefined, newest: PublicRingDocument, above = 0): Promise<number> {
    const { driver, ring, now, observe } = this.options;
    const [fresh] = await this.spare.take(newest.algorithm, 1);
    if (!fresh) return TROUBLE_MS;
    const next = recoverRing(found, newest, fresh, now(), above);
    await this.book.update(recovering(this.book.runs, next.generation, sayLost(found, newest), now()));
    await driver.truth.recover(next, found?.generation ?? 0);
    await driver.truth.project(next);
    const lost = lostKids(found, newest);
    await observe({ event: 'ring-recovered', ring, generation: next.generation, lostKids: lost });
    this.ahead = [];
    this.evidence = undefined;
    return 0;
  }

  private async recoverAboveProcesses(ring: RingDocument): Promise<number> {
    const found = await newestOfProcesses(ring, this.options);
    if (!found) {
      this.ahead = [];
      return 0;
    }
    if ('newest' in found) return this.recover(ring, found.newest, found.above);
    const message = `${found.heldBy} has a newer generation and does not show its ring: what it knows might be a revocation. Have it answer, or remove it`;
    return this.hold({ reason: 'GenerationWentBack', message }, TROUBLE_MS);
  }

  /** Plans with what the ring says; gathers evidence only for a question that the planner asks. */
  private async plan(ring: RingDocument): Promise<Plan | 'interrupted'> {
    const { now } = this.options;
    const known = this.hasPolicy ? (this.policy ?? 'unreadable') : undefined;
    const intent = () => intentOf(ring, this.book.runs, known);
    const first = planRotation(ring, undefined, intent(), now());
    if (first.outcome === 'step') return first;
    this.spare.prepare(ring.algorithm);
    const question: Question = first.outcome === 'ask' ? first.question : { atLeast: ring.generation, canaryFor: null };
    const gathered = await this.unlessRequested((signal) => this.gather(ring, question, signal));
    if (!gathered) return 'interrupted';
    this.pacing.asked(gathered.consumers.length);
    const ahead = aheadOfTruth(gathered);
    // Somebody else may have written meanwhile.
    if (ahead.length > 0 && (await this.isOvertaken(ring))) return 'interrupted';
    this.ahead = ahead;
    this.trouble ??= behindProcesses(ring, ahead);
    const evidence = withoutProofOf(ahead, gathered);
    this.evidence = evidence;
    await this.book.update(this.book.runs.map((run) => acknowledge(run, ring, evidence, this.heard)));
    if (first.outcome !== 'ask') return first;
    const [wanted, at] = [intent(), now()];
    return keepWithoutIssuer(planRotation(ring, evidence, wanted, at), ring, evidence, wanted, at);
  }

  private async isOvertaken({ ring, generation }: RingDocument): Promise<boolean> {
    return (await this.options.driver.truth.read(ring))?.generation !== generation;
  }

  /** A process that hangs holds the gathering for seconds; a revocation must not wait for it. Undefined = a request came. */
  private async unlessRequested<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
    const { driver, ring, signal: stopped } = this.options;
    const done = new AbortController();
    const either = stopped ? AbortSignal.any([done.signal, stopped]) : done.signal;
    const requested = async (): Promise<undefined> => {
      while (!either.aborted && (await driver.requests(ring)).length === 0) await driver.changed(SOON_MS, either);
      return undefined;
    };
    try {
      return await Promise.race([work(either), requested()]);
    } finally {
      done.abort();
    }
  }

  private async gather(ring: RingDocument, question: Question, signal: AbortSignal): Promise<Evidence> {
    const { driver, processes, now } = this.options;
    const heard = (podUid: string, loaded: number, at: number): void => {
      if ((this.heard.get(podUid)?.loaded ?? -1) < loaded) this.heard.set(podUid, { loaded, at });
    };
    const step = (name: 'projected' | 'listed' | 'asked') => this.report(name, ring);
    const { memory } = this;
    const round = await gather(ring, question, { driver, processes, memory, now, heard, step, signal });
    const listed = new Set(round.consumers.map(({ podUid }) => podUid));
    for (const podUid of this.heard.keys()) if (!listed.has(podUid)) this.heard.delete(podUid);
    return judgeEvidence(round);
  }

  private async apply(ring: RingDocument, plan: Plan & { outcome: 'step' }): Promise<number> {
    const { driver, now, observe } = this.options;
    const { step } = plan;
    const next = applyPlan(ring, plan, await this.spare.take(ring.algorithm, freshKeysFor(plan)), now());
    await observe({ event: 'step-planned', ring: ring.ring, step: step.kind, generation: ring.generation });
    try {
      await driver.truth.write(next);
    } catch (error) {
      // Somebody else was first, or it cannot be told: all evidence is thrown away and the truth is read again.
      if (!isConflict(error)) throw error;
      await observe({ event: 'conflict', ring: ring.ring, generation: ring.generation });
      return 0;
    }
    const written = now();
    this.seen = next;
    this.pacing.wrote();
    await driver.truth.project(next);
    const kids = 'kids' in step ? step.kids : 'kid' in step ? [step.kid] : [];
    await observe({ event: 'step-written', ring: ring.ring, step: step.kind, generation: next.generation, kids });
    await this.book.update(stepWritten(this.book.runs, step, next.generation, written));
    return this.settle(next, nothingDecided(next.generation), 0);
  }

  /** Nothing to write: runs go on, the status says what is waited for. */
  private async settle(ring: RingDocument, plan: Plan, next?: number): Promise<number> {
    const now = this.options.now();
    const unproven = (this.policy?.outside ?? []).map(({ name }) => name);
    const isBehind = this.ahead.length > 0;
    await this.book.update(progress(this.book.runs, { ring, plan, now, unproven, isBehind }));
    await this.book.forgetOldest(this.policy?.historyLimit ?? 10);
    const { lagging } = await this.publish(ring, plan);
    return next ?? this.pacing.next(plan, this.book.runs, lagging, now);
  }

  /** Nothing can be decided: the status says why, next to what was last known of the ring. */
  private async hold(trouble: Trouble, ms: number): Promise<number> {
    const { ring, observe } = this.options;
    this.trouble = trouble;
    await observe({ event: 'trouble', ring, ...trouble });
    const { seen } = this;
    const told = seen
      ? this.publish(seen, nothingDecided(seen.generation))
      : this.options.driver.putTrouble?.(ring, trouble);
    // Where nothing can be written, a status cannot be either: the log has it.
    await told?.catch(() => undefined);
    return ms;
  }

  private async publish(ring: AnyRingDocument, plan: Plan): Promise<{ lagging: number }> {
    const { driver, now, observe } = this.options;
    const { evidence, trouble, status: before } = this;
    this.status = ringStatus({ ring, plan, evidence, runs: this.book.runs, trouble, before, now: now() });
    await driver.putStatus(this.status);
    const { generation, settings } = ring;
    const nextRotation = this.hasPolicy ? nextScheduled(ring, this.book.runs) : null;
    const intervalMs = settings.rotationIntervalMs;
    const { lagging, stalled } = held(this.status);
    await observe({ event: 'reported', ring: ring.ring, generation, lagging, stalled, nextRotation, intervalMs });
    return { lagging };
  }
}
