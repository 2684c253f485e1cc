import { randomUUID } from 'node:crypto';
import { KeyringError } from '@keyturn/keyring';
import type { RingDocument } from '@keyturn/keyring/document';
import { generateKey } from '../keys/index.js';
import {
  applyPlan,
  createRing,
  type Evidence,
  freshKeysFor,
  type Intent,
  isRotationDue,
  judgeEvidence,
  type Plan,
  planRotation,
  type Question,
} from '../planner/index.js';
import type { RingStatus, RunRecord } from '../records/index.js';
import type { Driver, RingPolicy } from './driver.js';
import type { EngineObserver } from './events.js';
import { gather } from './gather.js';
import { PodMemory } from './memory.js';
import type { ProcessClient } from './processes.js';
import { progress, refusalsHeard, stepWritten } from './progress.js';
import { RunBook } from './run-book.js';
import { isOpen, scheduledRun } from './runs.js';
import { ringStatus, type Trouble } from './status.js';

export interface RingEngineOptions {
  readonly ring: string;
  readonly driver: Driver;
  readonly processes: ProcessClient;
  readonly now: () => number;
  readonly observe: EngineObserver;
}

/** How soon to look again: at once after a write, soon while processes are waited for, else now and then. */
const SOON_MS = 250;
const IDLE_MS = 2_000;

const isConflict = (error: unknown): boolean => error instanceof KeyringError && error.code === 'ERR_TRUTH_CONFLICT';

/** One ring: each turn observes, plans, applies at most one step, and reports. */
export class RingEngine {
  private readonly memory = new PodMemory();
  private readonly book: RunBook;
  private policy: RingPolicy | undefined;
  private trouble: Trouble | undefined;
  private evidence: Evidence | undefined;
  private status: RingStatus | undefined;
  /** When each process was first heard to have loaded a generation. */
  private heard = new Map<string, { loaded: number; at: number }>();

  constructor(private readonly options: RingEngineOptions) {
    this.book = new RunBook(options.driver, options.ring, options.observe);
  }

  /** One turn. Resolves with the time in milliseconds after which the next one is due. */
  async turn(): Promise<number> {
    const { driver, ring: name } = this.options;
    await this.readPolicy();
    const ring = (await driver.truth.read(name)) ?? (await this.create());
    await this.book.load();
    if (!ring) {
      await this.book.takeRequests(undefined, undefined, this.options.now());
      return IDLE_MS;
    }
    await this.report('truth-read', ring);
    const back = await this.wentBack(ring);
    await this.book.takeRequests(ring, back, this.options.now());
    if (back) return this.hold(ring, back);
    await this.beginScheduled(ring);
    const plan = await this.plan(ring);
    if (plan === 'interrupted') return 0;
    return plan.outcome === 'step' ? this.apply(ring, plan) : this.settle(ring, plan);
  }

  private async report(event: 'truth-read' | 'projected' | 'listed' | 'asked', ring: RingDocument): Promise<void> {
    await this.options.observe({ event, ring: ring.ring, generation: ring.generation });
  }

  private async readPolicy(): Promise<void> {
    const reading = await this.options.driver.policy(this.options.ring);
    this.trouble = undefined;
    if (reading?.policy) this.policy = reading.policy;
    else if (reading) this.trouble = { reason: 'PolicyInvalid', message: reading.problems.join('; ') };
  }

  private async create(): Promise<RingDocument | undefined> {
    const { driver, now, observe } = this.options;
    const { policy } = this;
    if (!policy) return undefined;
    const { imported, outside: _outside, historyLimit: _limit, ...about } = policy;
    const first = imported ?? (await generateKey(policy.algorithm));
    const ring = createRing({ ...about, ringId: randomUUID() }, first, await generateKey(policy.algorithm), now());
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

  /** A projection that is ahead of the truth: the truth was restored from an older copy. */
  private async wentBack(ring: RingDocument): Promise<Trouble | undefined> {
    const { truth } = this.options.driver;
    const projection = await truth.readProjection(ring.ring);
    if (!projection || projection.generation <= ring.generation) return undefined;
    // Another operator may have written and projected meanwhile; then the truth has caught up by now.
    const again = await truth.read(ring.ring);
    if (again && again.generation >= projection.generation) return undefined;
    const message = `the truth is at generation ${ring.generation}, its projection at ${projection.generation}: it was restored from an older copy. Restore a newer one; nothing is written until then`;
    return { reason: 'GenerationWentBack', message };
  }

  private async hold(ring: RingDocument, trouble: Trouble): Promise<number> {
    this.trouble = trouble;
    await this.publish(ring, { outcome: 'wait', generation: ring.generation, waits: [] });
    return IDLE_MS;
  }

  private async beginScheduled(ring: RingDocument): Promise<void> {
    const now = this.options.now();
    if (!isRotationDue(ring, now) || this.book.runs.some(isOpen)) return;
    if (now < this.book.scheduleNotBefore(ring.settings.rotationIntervalMs)) return;
    await this.book.store([scheduledRun(ring, this.book.runs, now)]);
  }

  private intent(ring: RingDocument): Intent {
    const open = this.book.runs.filter((run) => isOpen(run) && run.phase !== 'Queued');
    const rotation = open.find(({ kind }) => kind === 'rotate');
    const revocations = open.filter(({ kind }) => kind === 'revoke');
    const begun = (run: RunRecord): number => Date.parse(run.timeline[0]?.at ?? '') || 0;
    return {
      scheduleNotBefore: this.book.scheduleNotBefore(ring.settings.rotationIntervalMs),
      ...(revocations.length > 0 && {
        revoke: { kids: revocations.flatMap(({ kids }) => kids), since: Math.min(...revocations.map(begun)) },
      }),
      ...(rotation && { rotate: { replaces: rotation.replaces ?? null, since: begun(rotation) } }),
      ...(this.policy && {
        policy: {
          settings: this.policy.settings,
          ...(this.policy.issuer !== undefined && { issuer: this.policy.issuer }),
        },
        outside: this.policy.outside,
      }),
    };
  }

  /** Plans with what the ring says; gathers evidence only for a question that the planner asks. */
  private async plan(ring: RingDocument): Promise<Plan | 'interrupted'> {
    const { now } = this.options;
    const first = planRotation(ring, undefined, this.intent(ring), now());
    if (first.outcome === 'step') return first;
    const question: Question = first.outcome === 'ask' ? first.question : { atLeast: ring.generation, canaryFor: null };
    const evidence = await this.unlessRequested(this.gather(ring, question));
    if (!evidence) return 'interrupted';
    this.evidence = evidence;
    await this.book.update(this.book.runs.map((run) => this.withRefusals(run, ring)));
    return first.outcome === 'ask' ? planRotation(ring, evidence, this.intent(ring), now()) : first;
  }

  /** A process that hangs holds the gathering for seconds; a revocation must not wait for it. Undefined = a request came. */
  private async unlessRequested<T>(work: Promise<T>): Promise<T | undefined> {
    const { driver, ring } = this.options;
    const done = new AbortController();
    const requested = async (): Promise<undefined> => {
      while (!done.signal.aborted && (await driver.requests(ring)).length === 0) {
        await driver.changed(SOON_MS, done.signal);
      }
      return undefined;
    };
    try {
      return await Promise.race([work, requested()]);
    } finally {
      done.abort();
    }
  }

  private async gather(ring: RingDocument, question: Question): Promise<Evidence> {
    const { driver, processes, now } = this.options;
    const heard = (name: string, loaded: number, at: number): void => {
      if ((this.heard.get(name)?.loaded ?? -1) < loaded) this.heard.set(name, { loaded, at });
    };
    const round = await gather(ring, question, {
      driver,
      processes,
      memory: this.memory,
      now,
      heard,
      step: (step) => this.report(step, ring),
    });
    return judgeEvidence(round);
  }

  private async apply(ring: RingDocument, plan: Plan & { outcome: 'step' }): Promise<number> {
    const { driver, now, observe } = this.options;
    const { step } = plan;
    const keys = await Promise.all(Array.from({ length: freshKeysFor(plan) }, () => generateKey(ring.algorithm)));
    const next = applyPlan(ring, plan, keys, now());
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
    await driver.truth.project(next);
    const kids = 'kids' in step ? step.kids : 'kid' in step ? [step.kid] : [];
    await observe({ event: 'step-written', ring: ring.ring, step: step.kind, generation: next.generation, kids });
    await this.book.update(stepWritten(this.book.runs, step, next.generation, written));
    return this.settle(next, { outcome: 'wait', generation: next.generation, waits: [] }, 0);
  }

  /** Nothing to write: runs go on, the status says what is waited for. */
  private async settle(ring: RingDocument, plan: Plan, next?: number): Promise<number> {
    const now = this.options.now();
    const evidence = this.evidence?.generation === ring.generation ? this.evidence : undefined;
    await this.book.update(progress(this.book.runs, { ring, plan, evidence, now }));
    await this.book.forgetOldest(this.policy?.historyLimit ?? 10);
    await this.publish(ring, plan);
    return next ?? this.nextTurn(plan, now);
  }

  /** Right after a gathering: when which process was first heard to refuse a revoked key. */
  private withRefusals(run: RunRecord, ring: RingDocument): RunRecord {
    if (run.kind !== 'revoke' || !run.emergency?.writtenAt || run.emergency.lastRefusedAt) return run;
    const gone = ring.keys.filter(({ kid }) => run.kids.includes(kid)).map(({ since }) => since);
    const since = Math.min(...gone);
    const listed = this.evidence?.consumers.map(({ name }) => name) ?? [];
    const times = listed.flatMap((name) => {
      const known = this.heard.get(name);
      return known && known.loaded >= since ? [known.at] : [];
    });
    return refusalsHeard(run, times, times.length === listed.length);
  }

  private async publish(ring: RingDocument, plan: Plan): Promise<void> {
    const { driver, now } = this.options;
    const { evidence, trouble, status: before } = this;
    this.status = ringStatus({ ring, plan, evidence, runs: this.book.runs, trouble, before, now: now() });
    await driver.putStatus(this.status);
  }

  private nextTurn(plan: Plan, now: number): number {
    if (plan.outcome === 'step' || plan.outcome === 'ask') return 0;
    if (this.book.runs.some((run) => isOpen(run)) || plan.waits.some(({ laggards }) => laggards.length > 0))
      return SOON_MS;
    const soonest = Math.min(IDLE_MS, ...plan.waits.flatMap(({ until }) => (until === undefined ? [] : [until - now])));
    return Math.max(SOON_MS, soonest);
  }
}
