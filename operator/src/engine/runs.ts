import { activeKey, keysIn, type RingDocument } from '@keyturn/keyring/document';
import { acceptedKids, isRotated, type Refusal, refuseRetire, refuseRevoke, refuseRotate } from '../planner/index.js';
import { FINAL_PHASES, type RotationRequest, type RunEvent, type RunRecord } from '../records/index.js';

/** How a request becomes a run, as pure functions: what is stored is what they return. Times are epoch ms. */

export const timeText = (ms: number): string => new Date(ms).toISOString();

export const event = (now: number, name: string, more: Omit<RunEvent, 'at' | 'event'> = {}): RunEvent => ({
  at: timeText(now),
  event: name,
  ...more,
});

/** RFC 3339 text of its first event. */
export const begun = (run: RunRecord): string => run.timeline[0]?.at ?? '';

export const isOpen = (run: RunRecord): boolean => !FINAL_PHASES.has(run.phase);

/** Open, and not only waiting for its turn. */
export const isWorking = (run: RunRecord): boolean => isOpen(run) && run.phase !== 'Queued';

export const withEvent = (run: RunRecord, entry: RunEvent, phase: RunRecord['phase'] = run.phase): RunRecord => ({
  ...run,
  phase,
  // What alternates for hours must not grow for ever: the newest event takes the place of the last.
  timeline: [...run.timeline.slice(0, MAX_EVENTS - 1), entry],
});

const MAX_EVENTS = 200;

const reasonOf = (request: RotationRequest): RunRecord['reason'] => {
  if (request.kind === 'revoke') return 'Compromised';
  return (request.kind === 'rotate' && request.reason) || 'Manual';
};

function newRun(request: RotationRequest, phase: RunRecord['phase'], now: number): RunRecord {
  return {
    id: request.id,
    ring: request.ring,
    kind: request.kind,
    reason: reasonOf(request),
    requestedBy: request.requestedBy,
    phase,
    timeline: [{ at: request.requestedAt, event: 'Requested' }, event(now, phase)],
    kids: [],
    provenBy: [],
    unproven: [],
  };
}

export function refused(request: RotationRequest, refusal: Refusal, now: number): RunRecord {
  const { reason, message, earliest } = refusal;
  return {
    ...newRun(request, 'Refused', now),
    refused: { reason, message, ...(earliest !== undefined && { earliest: timeText(earliest) }) },
  };
}

/**
 * What taking a request stores, in this order: open runs that it changes, then the run that answers it, since a request
 * whose run is there is forgotten. One rotation works at a time and one may wait; a revocation never waits, it
 * supersedes them.
 */
export function takeRequest(
  request: RotationRequest,
  ring: RingDocument | undefined,
  runs: readonly RunRecord[],
  now: number,
  isBehind = false,
): RunRecord[] {
  if (!ring) return [refused(request, { reason: 'UnknownRing', message: `there is no ring ${request.ring}` }, now)];
  const open = runs.filter(isOpen);
  switch (request.kind) {
    case 'recover':
      return [isBehind ? newRun(request, 'Running', now) : refused(request, NOTHING_TO_RECOVER, now)];
    case 'retire':
      return [takeRetire(request, ring, now)];
    case 'rotate':
      return [takeRotate(request, ring, open, now)];
    case 'revoke':
      return takeRevoke(request, ring, open, now);
    case 'abort':
      return takeAbort(request, ring, open, now);
  }
}

function takeRotate(request: RotationRequest, ring: RingDocument, open: readonly RunRecord[], now: number): RunRecord {
  if (open.length >= 2) {
    const message = `run ${open[0]?.id} works and ${open[1]?.id} waits; ask again when one has ended, or abort a rotation`;
    return refused(request, { reason: 'QueueFull', message }, now);
  }
  const refusal = refuseRotate(ring);
  if (refusal) return refused(request, refusal, now);
  return open.length === 1 ? newRun(request, 'Queued', now) : begin(newRun(request, 'Running', now), ring);
}

const begin = (run: RunRecord, ring: RingDocument): RunRecord => ({
  ...run,
  replaces: activeKey(ring.keys)?.kid ?? null,
});

function takeRevoke(
  request: Extract<RotationRequest, { kind: 'revoke' }>,
  ring: RingDocument,
  open: readonly RunRecord[],
  now: number,
): RunRecord[] {
  const kids = request.keys === 'all' ? acceptedKids(ring) : request.keys;
  const refusal = refuseRevoke(ring, kids);
  if (refusal) return [refused(request, refusal, now)];
  const run = { ...newRun(request, 'Running', now), kids, emergency: { declaredAt: request.requestedAt } };
  const superseded = open
    .filter(({ kind }) => kind === 'rotate')
    .map((other) => withEvent(other, event(now, 'Superseded', { message: `by revocation ${run.id}` }), 'Superseded'));
  return [...superseded, run];
}

/**
 * An abort cancels the rotation and writes nothing to the ring: its pending key has signed nothing and stays as the
 * standby. The rotation that is named is cancelled, else the one that works, else the one that waits.
 */
function takeAbort(
  request: Extract<RotationRequest, { kind: 'abort' }>,
  ring: RingDocument,
  open: readonly RunRecord[],
  now: number,
): RunRecord[] {
  const rotations = open.filter(({ kind }) => kind === 'rotate');
  const meant = request.run === undefined ? rotations : rotations.filter(({ id }) => id === request.run);
  const rotation = meant.find(isWorking) ?? meant[0];
  if (!rotation) {
    const refusal = open.some(({ kind }) => kind === 'revoke') ? CANNOT_ABORT_REVOCATION : NOTHING_TO_ABORT;
    return [refused(request, refusal, now)];
  }
  if (isWorking(rotation) && isRotated(ring, rotation.replaces ?? null))
    return [refused(request, ALREADY_ACTIVATED, now)];
  const aborted = withEvent(rotation, event(now, 'Aborted', { message: `by ${request.requestedBy}` }), 'Aborted');
  return [aborted, { ...newRun(request, 'Complete', now), kids: rotation.kids }];
}

/** A drained key is removed by itself: what can be asked is what keeps it. */
function takeRetire(request: Extract<RotationRequest, { kind: 'retire' }>, ring: RingDocument, now: number): RunRecord {
  const refusal = refuseRetire(ring, request.kid, now);
  return refusal ? refused(request, refusal, now) : { ...newRun(request, 'Complete', now), kids: [request.kid] };
}

/** While the truth is behind its projection nothing but a recovery is taken. */
export const takeWhileBehind = (request: RotationRequest, why: string, now: number): RunRecord =>
  request.kind === 'recover'
    ? newRun(request, 'Running', now)
    : refused(request, { reason: 'RingStalled', message: why }, now);

const NOTHING_TO_RECOVER: Refusal = {
  reason: 'NothingToRecover',
  message: 'the truth is behind nothing that was seen of the ring',
};
const NOTHING_TO_ABORT: Refusal = { reason: 'NothingToAbort', message: 'no rotation is under way' };
const CANNOT_ABORT_REVOCATION: Refusal = {
  reason: 'CannotAbortRevocation',
  message: 'a leaked key is never accepted again; let it finish',
};
const ALREADY_ACTIVATED: Refusal = {
  reason: 'AlreadyActivated',
  message: 'the new key signs already, and what it signed must stay valid; rotate again, or revoke it if it is suspect',
};

/** A dot is in no name of a ring, so no two rings share an id; and no id that is still remembered comes again. */
function freeId(name: string, runs: readonly RunRecord[]): string {
  const taken = new Set(runs.map(({ id }) => id));
  let id = name;
  for (let attempt = 1; taken.has(id); attempt++) id = `${name}.${attempt}`;
  return id;
}

/**
 * The run that the schedule begins. Its id says for which key and which attempt, so that two operators begin the same one.
 */
export function scheduledRun(ring: RingDocument, runs: readonly RunRecord[], now: number): RunRecord {
  const since = activeKey(ring.keys)?.since ?? 0;
  const request: RotationRequest = {
    kind: 'rotate',
    id: freeId(`schedule.${ring.ring}.${since}`, runs),
    ring: ring.ring,
    requestedAt: timeText(now),
    requestedBy: 'schedule',
  };
  return begin({ ...newRun(request, 'Running', now), reason: 'Scheduled' }, ring);
}

/**
 * A run for compromised keys whose own run is gone (its record was deleted): the evidence that they are refused
 * everywhere is gathered and kept all the same. Undefined when every such key has its run.
 */
export function orphanedRevocation(ring: RingDocument, runs: readonly RunRecord[], now: number): RunRecord | undefined {
  const held = new Set(
    runs
      .filter(({ kind }) => kind === 'revoke')
      .filter(isOpen)
      .flatMap(({ kids }) => kids),
  );
  const orphans = keysIn(ring.keys, 'compromised').filter(({ kid }) => !held.has(kid));
  if (orphans.length === 0) return undefined;
  const request: RotationRequest = {
    kind: 'revoke',
    id: freeId(`revoke.${ring.ring}.${Math.max(...orphans.map(({ since }) => since))}`, runs),
    ring: ring.ring,
    requestedAt: timeText(now),
    requestedBy: 'operator',
    keys: orphans.map(({ kid }) => kid),
  };
  const emergency = { declaredAt: timeText(now), writtenAt: timeText(now) };
  return { ...newRun(request, 'Running', now), kids: orphans.map(({ kid }) => kid), emergency };
}

const ended = (run: RunRecord): string => run.timeline.at(-1)?.at ?? '';

const isSkipped = ({ reason, phase }: RunRecord): boolean => reason === 'Scheduled' && phase === 'Aborted';

/** Finished runs beyond the limit, those first that ended first; not the last one that the schedule skips, which still decides something. */
export function forgettable(runs: readonly RunRecord[], limit: number): RunRecord[] {
  const finished = runs.filter((run) => !isOpen(run)).sort((a, b) => (ended(a) < ended(b) ? -1 : 1));
  const skipped = finished.findLast(isSkipped);
  return finished.slice(0, Math.max(0, finished.length - limit)).filter((run) => run !== skipped);
}

/** Epoch ms before which the schedule begins nothing: a scheduled run that was aborted is skipped for one interval. */
export function scheduleNotBefore(runs: readonly RunRecord[], intervalMs: number | null): number {
  const aborted = runs.filter(isSkipped);
  const last = Math.max(0, ...aborted.map(({ timeline }) => Date.parse(timeline.at(-1)?.at ?? '') || 0));
  return last === 0 ? 0 : last + (intervalMs ?? 0);
}

/** The waiting rotation begins; it replaces the key that signs now. */
export const startQueued = (run: RunRecord, ring: RingDocument, now: number): RunRecord =>
  begin(withEvent(run, event(now, 'Running'), 'Running'), ring);
