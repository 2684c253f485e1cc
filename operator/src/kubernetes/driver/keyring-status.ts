import { isAccepted } from '@keyturn/keyring/document';
import type { Trouble } from '../../engine/index.js';
import type { Condition, ConsumerStatus, KeyStatus, RingStatus } from '../../records/index.js';
import { MOST_LAGGARDS } from '../crd/index.js';
import type { ConditionStatus, KeyRing, KeyRingStatus, LaggardStatus } from './resources.js';

/** The status of a ring as the status of its KeyRing, and back. Pure. */

/** A time that has passed says no more than that it has: it stays as it was first written, so nothing is written again. */
function steadied(next: string | null, before: string | undefined, now: string): string | undefined {
  if (next === null) return undefined;
  return before !== undefined && before <= now && next <= now ? before : next;
}

const conditionOf = (
  { type, status, reason, message, lastTransitionTime }: Condition,
  before: readonly ConditionStatus[],
  observedGeneration: number | undefined,
): ConditionStatus => {
  const old = before.find((condition) => condition.type === type);
  return {
    type,
    status,
    reason,
    message,
    lastTransitionTime: old?.status === status ? old.lastTransitionTime : lastTransitionTime,
    ...(observedGeneration !== undefined && { observedGeneration }),
  };
};

const lagging = ({ consumers, generation }: RingStatus): LaggardStatus[] =>
  consumers.processes
    .filter((process) => process.why !== undefined || process.generation < generation)
    .slice(0, MOST_LAGGARDS)
    .map(({ name, role, generation: has, why = 'Behind', detail }) => ({
      name,
      role,
      generation: has,
      why,
      ...(detail !== undefined && { detail }),
    }));

/** `observedGeneration`: of the spec that was read for this status. */
export function keyRingStatus(
  ring: RingStatus,
  before: KeyRingStatus | undefined,
  observedGeneration: number | undefined,
): KeyRingStatus {
  const { nextRotation, earliestActivation, earliestRetirement, observedAt, currentRun, queuedRun } = ring;
  const activation = steadied(earliestActivation, before?.earliestActivation, observedAt);
  return {
    ...(observedGeneration !== undefined && { observedGeneration }),
    conditions: ring.conditions.map((one) => conditionOf(one, before?.conditions ?? [], observedGeneration)),
    ringId: ring.ringId,
    generation: ring.generation,
    activeKid: ring.activeKid,
    liveKeys: ring.keys.filter(({ state }) => isAccepted(state)).length,
    keys: ring.keys,
    consumers: { total: ring.consumers.total, current: ring.consumers.current, lagging: lagging(ring) },
    ...(nextRotation !== null && { nextRotation }),
    ...(activation !== undefined && { earliestActivation: activation }),
    ...(earliestRetirement !== null && { earliestRetirement }),
    ...(currentRun !== undefined && { currentRun }),
    ...(queuedRun !== undefined && { queuedRun }),
  };
}

/** A ring that cannot be made says why; what was known of it before stays. */
export function troubledStatus(
  { reason, message }: Trouble,
  before: KeyRingStatus | undefined,
  observedGeneration: number | undefined,
  now: string,
): KeyRingStatus {
  const said = [
    { type: 'Ready', status: 'False', reason, message },
    { type: 'Progressing', status: 'False', reason, message },
    { type: 'Stalled', status: 'True', reason, message },
  ] as const;
  return {
    ...before,
    ...(observedGeneration !== undefined && { observedGeneration }),
    conditions: said.map((one) =>
      conditionOf({ ...one, lastTransitionTime: now }, before?.conditions ?? [], observedGeneration),
    ),
  };
}

/** What a KeyRing says about its ring; undefined until the operator has said anything. `observedAt`: see RingStatus. */
export function ringStatusOf({ metadata, spec, status }: KeyRing, observedAt: string): RingStatus | undefined {
  if (!status?.conditions) return undefined;
  const { type, algorithm } = spec as unknown as Pick<RingStatus, 'type' | 'algorithm'>;
  const { total = 0, current = 0, lagging: behind = [] } = status.consumers ?? {};
  return {
    ring: metadata.name,
    ringId: status.ringId ?? '',
    type,
    algorithm,
    generation: status.generation ?? 0,
    observedAt,
    conditions: status.conditions.map(({ observedGeneration: _generation, ...condition }) => condition as Condition),
    activeKid: status.activeKid ?? null,
    keys: (status.keys ?? []) as readonly KeyStatus[],
    consumers: { total, current, processes: behind as readonly ConsumerStatus[] },
    nextRotation: status.nextRotation ?? null,
    earliestActivation: status.earliestActivation ?? null,
    earliestRetirement: status.earliestRetirement ?? null,
    ...(status.currentRun !== undefined && { currentRun: status.currentRun }),
    ...(status.queuedRun !== undefined && { queuedRun: status.queuedRun }),
  };
}
