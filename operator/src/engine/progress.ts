import { activeKey, isAccepted, keysIn, type RingDocument } from '@keyturn/keyring/document';
import { type Evidence, isRotated, type Plan, standby, type Step, type Wait } from '../planner/index.js';
import type { RunRecord } from '../records/index.js';
import { event, isOpen, startQueued, withEvent } from './runs.js';
import { sayWait, STEP_EVENT } from './wording.js';

/** How open runs go on, derived from the ring and what was planned for it. Pure; a run that did not change is the same object. */

export interface Turn {
  readonly ring: RingDocument;
  readonly plan: Plan;
  readonly evidence: Evidence | undefined;
  readonly now: number;
}

/** Runs after a turn of the engine: ended, begun, or told what they wait for. */
export function progress(runs: readonly RunRecord[], turn: Turn): RunRecord[] {
  const settled = runs.map((run) => (isOpen(run) ? settle(run, turn) : run));
  const working = settled.some((run) => isOpen(run) && run.phase !== 'Queued');
  const next = settled.find((run) => run.phase === 'Queued');
  const begun =
    !working && next ? settled.map((run) => (run === next ? startQueued(run, turn.ring, turn.now) : run)) : settled;
  return begun.map((run) => (isOpen(run) && run.phase !== 'Queued' ? tell(run, turn) : run));
}

function settle(run: RunRecord, { ring, now }: Turn): RunRecord {
  if (run.kind === 'rotate' && run.phase !== 'Queued' && isRotated(ring, run.replaces ?? null)) {
    const kid = activeKey(ring.keys)?.kid;
    return withEvent({ ...cleared(run), kids: kid === undefined ? [] : [kid] }, event(now, 'Complete'), 'Complete');
  }
  if (run.kind === 'revoke' && isRevoked(run, ring)) {
    const emergency = run.emergency && { ...run.emergency, finishedAt: new Date(now).toISOString() };
    return withEvent({ ...cleared(run), ...(emergency && { emergency }) }, event(now, 'Complete'), 'Complete');
  }
  return run;
}

const cleared = ({ waitingFor: _nobody, ...run }: RunRecord): RunRecord => run;

/** None of its keys is accepted by anybody, and this is proven. */
const isRevoked = ({ kids }: RunRecord, ring: RingDocument): boolean =>
  kids.every((kid) => {
    const key = ring.keys.find((candidate) => candidate.kid === kid);
    return !key || (!isAccepted(key.state) && key.state !== 'compromised');
  });

/** The wait that concerns a run: what holds its own step. */
function waitOf(run: RunRecord, plan: Plan): Wait | undefined {
  if (plan.outcome !== 'wait' && plan.outcome !== 'stalled') return undefined;
  const steps = run.kind === 'revoke' ? ['finish'] : ['activate', 'prove', 'prepare'];
  return plan.waits.find(({ step }) => step !== undefined && steps.includes(step));
}

function tell(run: RunRecord, turn: Turn): RunRecord {
  const { ring, plan, evidence, now } = turn;
  const pending = run.kind === 'rotate' ? standby(ring)?.kid : undefined;
  const known = pending !== undefined && run.kids[0] !== pending ? { ...run, kids: [pending] } : run;
  const counted = evidence ? withAcks(known, ring, evidence) : known;
  const wait = waitOf(run, plan);
  if (!wait)
    return counted.phase === 'Waiting' && plan.outcome === 'step' ? { ...cleared(counted), phase: 'Running' } : counted;
  const message = sayWait(wait, ring.ring);
  const last = counted.timeline.at(-1);
  const waiting = { ...counted, phase: 'Waiting' as const, waitingFor: wait.laggards };
  return last?.event === wait.reason ? waiting : withEvent(waiting, event(now, wait.reason, { message }), 'Waiting');
}

function withAcks(run: RunRecord, ring: RingDocument, evidence: Evidence): RunRecord {
  const needed = neededGeneration(run, ring);
  const proved = evidence.consumers.filter((consumer) => consumer.proved >= needed);
  const provenBy = proved.map(({ name, bootId }) => `${name}/${bootId ?? 'unknown'}`).sort();
  const acks = { current: proved.length, total: evidence.consumers.length };
  const same =
    run.acks?.current === acks.current && run.acks.total === acks.total && run.provenBy.join() === provenBy.join();
  return same ? run : { ...run, acks, provenBy };
}

/** The generation that a run's processes have to prove. */
function neededGeneration(run: RunRecord, ring: RingDocument): number {
  const keys = run.kind === 'revoke' ? keysIn(ring.keys, 'compromised', 'revoked') : keysIn(ring.keys, 'pending');
  const concerned = keys.filter(({ kid }) => run.kids.includes(kid)).map(({ since }) => since);
  return concerned.length > 0 ? Math.max(...concerned) : ring.generation;
}

/** A step was written: the open runs that it belongs to say so. */
export function stepWritten(runs: readonly RunRecord[], step: Step, generation: number, now: number): RunRecord[] {
  return runs.map((run) => {
    if (!isOpen(run) || run.phase === 'Queued') return run;
    const own = run.kind === 'revoke' ? ['revoke', 'finish'] : ['prepare', 'prove', 'activate'];
    if (!own.includes(step.kind)) return run;
    const told = withEvent(run, event(now, STEP_EVENT[step.kind], { generation }));
    if (step.kind !== 'revoke' || !run.emergency || run.emergency.writtenAt) return told;
    return { ...told, emergency: { ...run.emergency, writtenAt: new Date(now).toISOString() } };
  });
}

/** A process was heard to have loaded a generation in which the revoked keys are gone. `all` = it was the last one. */
export function refusalsHeard(run: RunRecord, times: readonly number[], all: boolean): RunRecord {
  if (run.kind !== 'revoke' || !run.emergency || times.length === 0) return run;
  const first = run.emergency.firstRefusedAt ?? new Date(Math.min(...times)).toISOString();
  const last = run.emergency.lastRefusedAt ?? (all ? new Date(Math.max(...times)).toISOString() : undefined);
  const same = first === run.emergency.firstRefusedAt && last === run.emergency.lastRefusedAt;
  if (same) return run;
  return { ...run, emergency: { ...run.emergency, firstRefusedAt: first, ...(last && { lastRefusedAt: last }) } };
}
