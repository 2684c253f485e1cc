import { FINAL_PHASES, type RunPhase, type RunRecord } from '../../records/index.js';
import { MOST_LAGGARDS, MOST_PROVEN_BY } from '../crd/index.js';
import {
  type ConditionStatus,
  type KeyRotation,
  type KeyRotationSpec,
  type KeyRotationStatus,
  REQUESTED_BY,
} from './resources.js';

/** A run as the status of a KeyRotation, and back. Pure. */

const kindOf = ({ revoke, retire, recover }: KeyRotationSpec): RunRecord['kind'] =>
  revoke ? 'revoke' : retire ? 'retire' : recover ? 'recover' : 'rotate';

/** The run that a KeyRotation stands for; undefined until the operator has taken it. */
export function runOf({ metadata, spec, status }: KeyRotation): RunRecord | undefined {
  if (status?.phase === undefined) return undefined;
  const { replaces, acks, waitingFor, emergency, refused } = status;
  return {
    id: metadata.name,
    ring: spec.ringRef.name,
    kind: kindOf(spec),
    reason: spec.reason ?? 'Manual',
    requestedBy: status.requestedBy ?? metadata.annotations?.[REQUESTED_BY] ?? 'kubectl',
    phase: status.phase as RunPhase,
    ...(replaces !== undefined && { replaces }),
    timeline: status.timeline ?? [],
    ...(acks && { acks: acksOf(acks) }),
    ...(waitingFor && { waitingFor: waitingFor as NonNullable<RunRecord['waitingFor']> }),
    kids: status.kids ?? [],
    provenBy: status.provenBy ?? [],
    unproven: status.unproven ?? [],
    ...(emergency && { emergency: emergency as NonNullable<RunRecord['emergency']> }),
    ...(refused && { refused: refused as NonNullable<RunRecord['refused']> }),
  };
}

const acksOf = ({ current, total, workloads }: NonNullable<KeyRotationStatus['acks']>): RunRecord['acks'] => ({
  current,
  total,
  ...(workloads && { workloads }),
});

/** What a KeyRotation that the operator makes itself says: for the schedule, or for a revocation whose record is gone. */
export const specOf = (run: RunRecord): KeyRotationSpec => ({
  ringRef: { name: run.ring },
  reason: run.reason,
  ...(run.kind === 'revoke' && { revoke: { keys: run.kids } }),
});

export function statusOf(run: RunRecord, before: KeyRotation): KeyRotationStatus {
  const { acks, waitingFor, provenBy, emergency, refused, replaces } = run;
  const more = provenBy.length - MOST_PROVEN_BY;
  return {
    ...(before.metadata.generation !== undefined && { observedGeneration: before.metadata.generation }),
    conditions: conditionsOf(run, before),
    phase: run.phase,
    requestedBy: run.requestedBy,
    ...(replaces !== undefined && { replaces }),
    timeline: run.timeline,
    ...(acks && { acks: { ...acks, text: `${acks.current}/${acks.total}` } }),
    ...(waitingFor && { waitingFor: waitingFor.slice(0, MOST_LAGGARDS) }),
    kids: run.kids,
    provenBy: provenBy.slice(0, MOST_PROVEN_BY),
    ...(more > 0 && { provenByMore: more }),
    unproven: run.unproven,
    ...(emergency && { emergency }),
    ...(refused && { refused }),
    ...(before.status?.abort && { abort: before.status.abort }),
  };
}

/** As a Job has them, so that `kubectl wait --for=condition=Complete` ends. */
function conditionsOf(run: RunRecord, { metadata, status }: KeyRotation): ConditionStatus[] {
  const last = run.timeline.at(-1);
  const failed = FINAL_PHASES.has(run.phase) && run.phase !== 'Complete';
  const states = { Complete: run.phase === 'Complete', Failed: failed };
  return Object.entries(states).map(([type, holds]) => {
    const value = holds ? 'True' : 'False';
    const old = status?.conditions?.find((condition) => condition.type === type);
    return {
      type,
      status: value,
      reason: run.refused?.reason ?? run.phase,
      message: run.refused?.message ?? last?.message ?? last?.event ?? run.phase,
      lastTransitionTime: old?.status === value ? old.lastTransitionTime : (last?.at ?? new Date(0).toISOString()),
      ...(metadata.generation !== undefined && { observedGeneration: metadata.generation }),
    };
  });
}
