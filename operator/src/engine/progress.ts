import { activeKey, isAccepted, type RingDocument } from '@keyturn/keyring/document';
import { isRotated, type Plan, standby, type Step, type Wait } from '../planner/index.js';
import type { RunRecord } from '../records/index.js';
import { event, isOpen, isWorking, startQueued, timeText, withEvent } from './runs.js';
import { sayWait, STEP_EVENT } from './wording.js';

/** How open runs go on, derived from the ring and what was planned for it. Pure; a run that did not change is the same object. */

export interface Turn {
  readonly ring: RingDocument;
  readonly plan: Plan;
  readonly now: number;
  /** Verifiers about which nothing can be proved. */
  readonly unproven: readonly string[];
  /** Processes have newer generations than the truth. */
  readonly isBehind: boolean;
}

/** Runs after a turn of the engine: ended, begun, or told what they wait for. */
export function progress(runs: readonly RunRecord[], turn: Turn): RunRecord[] {
  const settled = runs.map((run) => (isWorking(run) ? settle(run, turn) : run));
  const next = settled.some(isWorking) ? undefined : settled.find(({ phase }) => phase === 'Queued');
  const begun = settled.map((run) => (run === next ? startQueued(run, turn.ring, turn.now) : run));
  return begun.map((run) => (isWorking(run) ? tell(run, turn) : run));
}

function settle(run: RunRecord, turn: Turn): RunRecord {
  const { ring, now, unproven } = turn;
  const ended = { ...cleared(run), unproven };
  if (run.kind === 'rotate' && isRotated(ring, run.replaces ?? null)) {
    const kid = activeKey(ring.keys)?.kid;
    return withEvent({ ...ended, kids: kid === undefined ? [] : [kid] }, event(now, 'Complete'), 'Complete');
  }
  // A turn that gets this far has a truth that is not behind what is stored.
  if (run.kind === 'recover' && !turn.isBehind)
    return withEvent(ended, event(now, 'Complete', { generation: ring.generation }), 'Complete');
  if (run.kind === 'revoke' && isRevoked(run, ring)) {
    const emergency = run.emergency && refusedBy(run.emergency, timeText(now));
    return withEvent({ ...ended, ...(emergency && { emergency }) }, event(now, 'Complete'), 'Complete');
  }
  return run;
}

/** By the end every process is proven to have refused, also one that never was heard among all the others. */
const refusedBy = (emergency: NonNullable<RunRecord['emergency']>, end: string): RunRecord['emergency'] => {
  const { firstRefusedAt = end, lastRefusedAt = end } = emergency;
  return { ...emergency, firstRefusedAt, lastRefusedAt, finishedAt: end };
};

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

function tell(run: RunRecord, { ring, plan, now }: Turn): RunRecord {
  const known = about(run, ring);
  const wait = waitOf(known, plan);
  if (!wait)
    return known.phase === 'Waiting' && plan.outcome === 'step' ? { ...cleared(known), phase: 'Running' } : known;
  const waiting = sameHolders(known, wait) ? known : { ...known, phase: 'Waiting' as const, waitingFor: wait.laggards };
  if (known.timeline.at(-1)?.event === wait.reason) return waiting;
  return withEvent(waiting, event(now, wait.reason, { message: sayWait(wait, ring.ring) }), 'Waiting');
}

const sameHolders = (run: RunRecord, wait: Wait): boolean =>
  run.phase === 'Waiting' && JSON.stringify(run.waitingFor) === JSON.stringify(wait.laggards);

/** A rotation is about the key that is pending now. */
export function about(run: RunRecord, ring: RingDocument): RunRecord {
  const pending = run.kind === 'rotate' ? standby(ring)?.kid : undefined;
  return pending !== undefined && run.kids[0] !== pending ? { ...run, kids: [pending] } : run;
}

/** A recovery is about to be written: its run says above what, and which keys that costs, also if nobody gets to say more. */
export function recovering(runs: readonly RunRecord[], generation: number, lost: string, now: number): RunRecord[] {
  const message = `goes on at generation ${generation}: ${lost}`;
  const told = (run: RunRecord): boolean => run.timeline.some((entry) => entry.message === message);
  return runs.map((run) =>
    run.kind !== 'recover' || !isOpen(run) || told(run)
      ? run
      : withEvent(run, event(now, 'Recovering', { generation, message })),
  );
}

/** A step was written: the open runs that it belongs to say so. */
export function stepWritten(runs: readonly RunRecord[], step: Step, generation: number, now: number): RunRecord[] {
  return runs.map((run) => {
    if (!isOpen(run) || !isWorking(run)) return run;
    const own = run.kind === 'revoke' ? ['revoke', 'finish'] : ['prepare', 'prove', 'activate'];
    if (!own.includes(step.kind)) return run;
    const told = withEvent(run, event(now, STEP_EVENT[step.kind], { generation }));
    return step.kind === 'revoke' ? withWrittenAt(told, now) : told;
  });
}

const withWrittenAt = (run: RunRecord, now: number): RunRecord =>
  run.emergency && !run.emergency.writtenAt
    ? { ...run, emergency: { ...run.emergency, writtenAt: timeText(now) } }
    : run;

/** An operator that ended between a write and its telling: the ring says what was written, the next turn tells it. */
export function caughtUp(run: RunRecord, ring: RingDocument, now: number): RunRecord {
  if (run.kind !== 'revoke' || !isWorking(run) || !run.emergency || run.emergency.writtenAt) return run;
  const written = run.kids.every((kid) => !ring.keys.some((key) => key.kid === kid && isAccepted(key.state)));
  if (!written) return run;
  const message = 'found written: whoever wrote it did not get to say so';
  return withWrittenAt(withEvent(run, event(now, STEP_EVENT.revoke, { generation: ring.generation, message })), now);
}
