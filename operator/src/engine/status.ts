import { activeKey, type AnyRingDocument, type RingKeyBase } from '@keyturn/keyring/document';
import {
  behind,
  earliestActivation,
  earliestRetirement,
  type Evidence,
  nextRotationAt,
  type Plan,
  standby,
} from '../planner/index.js';
import type { Condition, ConsumersStatus, KeyStatus, RingStatus, RunRecord } from '../records/index.js';
import { isOpen, isWorking, scheduleNotBefore, timeText } from './runs.js';
import type { Trouble } from './trouble.js';
import { sayNoIssuer, sayWait } from './wording.js';

export interface StatusInput {
  readonly ring: AnyRingDocument;
  readonly plan: Plan;
  /** The newest evidence, even if a write has made it too old to decide with. */
  readonly evidence: Evidence | undefined;
  readonly runs: readonly RunRecord[];
  readonly trouble: Trouble | undefined;
  readonly before: RingStatus | undefined;
  readonly now: number;
}

const timeOrNull = (ms: number | null): string | null => (ms === null || !Number.isFinite(ms) ? null : timeText(ms));

/** The status of a ring, derived from everything that is known about it. Pure. */
export function ringStatus(input: StatusInput): RingStatus {
  const { ring, evidence, runs, now } = input;
  const open = runs.filter(isOpen);
  const current = open.find(isWorking);
  const queued = open.find(({ phase }) => phase === 'Queued');
  return {
    ring: ring.ring,
    ringId: ring.ringId,
    type: ring.type,
    algorithm: ring.algorithm,
    generation: ring.generation,
    observedAt: timeText(now),
    conditions: conditions(input),
    activeKid: activeKey(ring.keys)?.kid ?? null,
    keys: ring.keys.map(keyStatus),
    consumers: consumersStatus(ring, evidence),
    nextRotation: timeOrNull(nextScheduled(ring, runs)),
    earliestActivation: timeOrNull(earliestActivation(ring, now)),
    earliestRetirement: timeOrNull(earliestRetirement(ring)),
    ...(current && { currentRun: current.id }),
    ...(queued && { queuedRun: queued.id }),
  };
}

/** Epoch ms at which the schedule begins a run; null = never by itself. */
export function nextScheduled(ring: AnyRingDocument, runs: readonly RunRecord[]): number | null {
  const at = nextRotationAt(ring);
  return at === null ? null : Math.max(at, scheduleNotBefore(runs, ring.settings.rotationIntervalMs));
}

const keyStatus = ({ kid, state, since, createdAt, activatedAt, provenAt, drainUntil }: RingKeyBase): KeyStatus => ({
  kid,
  state,
  since,
  createdAt: timeText(createdAt),
  ...(activatedAt !== undefined && { activatedAt: timeText(activatedAt) }),
  ...(provenAt !== undefined && { provenAt: timeText(provenAt) }),
  ...(drainUntil !== undefined && { drainUntil: timeText(drainUntil) }),
});

function consumersStatus(ring: AnyRingDocument, evidence: Evidence | undefined): ConsumersStatus {
  const laggards = new Map(evidence ? behind(evidence, ring.generation).map((one) => [one.name, one]) : []);
  const processes = (evidence?.consumers ?? []).map(({ name, role, proved, loaded, durable, trouble }) => {
    const why = laggards.get(name)?.why ?? trouble;
    return {
      name,
      role,
      generation: proved,
      ...(loaded !== undefined && { loaded }),
      ...(durable !== undefined && { durable }),
      ...(why && { why }),
    };
  });
  processes.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { total: processes.length, current: processes.length - laggards.size, processes };
}

type Said = Omit<Condition, 'lastTransitionTime'>;

function conditions(input: StatusInput): Condition[] {
  const { before, now } = input;
  return [ready(input), progressing(input), stalled(input)].map((said) => {
    const old = before?.conditions.find(({ type }) => type === said.type);
    const same = old?.status === said.status && old.reason === said.reason;
    return { ...said, lastTransitionTime: same ? old.lastTransitionTime : timeText(now) };
  });
}

function ready({ ring }: StatusInput): Said {
  if (!activeKey(ring.keys)) {
    return {
      type: 'Ready',
      status: 'False',
      reason: 'NobodySigns',
      message: 'no key signs until a fresh one is proven',
    };
  }
  return { type: 'Ready', status: 'True', reason: 'KeySigns', message: 'a key signs' };
}

function progressing({ ring, plan, runs, evidence }: StatusInput): Said {
  const current = runs.find(isWorking);
  const wait = plan.outcome === 'wait' || plan.outcome === 'stalled' ? plan.waits[0] : undefined;
  if (current) {
    const message = wait ? sayWait(wait, ring.ring) : `${current.kind} ${current.id}`;
    return { type: 'Progressing', status: 'True', reason: wait?.reason ?? 'Running', message };
  }
  const pending = standby(ring);
  if (!pending || pending.provenAt === undefined) {
    const message = wait ? sayWait(wait, ring.ring) : 'a pending key is being proven';
    return { type: 'Progressing', status: 'True', reason: wait?.reason ?? 'Proving', message };
  }
  if (evidence?.issuerMissing) {
    return { type: 'Progressing', status: 'False', reason: 'NoIssuer', message: sayNoIssuer(ring.ring) };
  }
  const message = wait ? sayWait(wait, ring.ring) : 'nothing is due';
  return { type: 'Progressing', status: 'False', reason: wait?.reason ?? 'NothingDue', message };
}

function stalled({ ring, plan, trouble }: StatusInput): Said {
  if (trouble) return { type: 'Stalled', status: 'True', ...trouble };
  const wait = plan.outcome === 'stalled' ? plan.waits.find((one) => one.stalled) : undefined;
  if (wait) return { type: 'Stalled', status: 'True', reason: wait.reason, message: sayWait(wait, ring.ring) };
  return { type: 'Stalled', status: 'False', reason: 'AsExpected', message: 'nothing is held' };
}

/** Who and what holds a ring, by its status. */
export const held = ({ consumers, conditions: all }: RingStatus) => ({
  lagging: consumers.total - consumers.current,
  stalled: all.find(({ type, status }) => type === 'Stalled' && status === 'True')?.reason,
});
