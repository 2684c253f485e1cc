import { activeKey, isAccepted, type RingDocument } from '@keyturn/keyring/document';
import { mustBeSwept } from './guards.js';
import { roomForAnotherKeyAt } from './schedule.js';

/**
 * Why a request is not taken. Closed; spelled the same in runs, logs and on the command line. The rule of each, and what to do
 * instead: docs/operations/conditions.md.
 */
export const REFUSAL_REASONS = [
  'TooManyLiveKeys',
  'QueueFull',
  'NothingToAbort',
  'AlreadyActivated',
  'CannotAbortRevocation',
  'DrainNotOver',
  'RowsLeft',
  'KeySigns',
  'KeyIsStandby',
  'UnknownKey',
  'UnknownRing',
  'RingStalled',
  'NothingToRecover',
] as const;
export type RefusalReason = (typeof REFUSAL_REASONS)[number];

export interface Refusal {
  readonly reason: RefusalReason;
  /** For people: the rule, and what to do instead. */
  readonly message: string;
  /** Epoch ms from which the same request would be taken, when time alone decides. */
  readonly earliest?: number;
}

/** Whether a rotation may begin. Whether it can *end* at once is the planner's affair: it waits and says for whom. */
export function refuseRotate(ring: RingDocument): Refusal | undefined {
  const roomAt = activeKey(ring.keys) ? roomForAnotherKeyAt(ring) : null;
  if (roomAt === null) return undefined;
  const limit = ring.settings.maxLiveKeys;
  const message = `a rotation would leave more than ${limit} live keys (maxLiveKeys)`;
  if (!Number.isFinite(roomAt)) return { reason: 'TooManyLiveKeys', message: `${message}; raise maxLiveKeys` };
  return {
    reason: 'TooManyLiveKeys',
    message: `${message}; one retires by itself when its drain ends`,
    earliest: roomAt,
  };
}

/** Whether a key may be retired now. A drained key retires by itself; asking can only show what holds it. */
export function refuseRetire(ring: RingDocument, kid: string, now: number): Refusal | undefined {
  const key = ring.keys.find((candidate) => candidate.kid === kid);
  if (!key) return { reason: 'UnknownKey', message: `the ring has no key ${kid}` };
  if (key.state === 'active') {
    return { reason: 'KeySigns', message: `${kid} signs: rotate first, then it drains and retires by itself` };
  }
  if (key.state === 'pending') {
    return { reason: 'KeyIsStandby', message: `${kid} is the standby: revoke it if it is suspect` };
  }
  if (key.state !== 'draining') return undefined;
  if (key.drainUntil !== undefined && now < key.drainUntil) {
    const message = `credentials of ${kid} are valid until its drain ends; revoke it if it has leaked`;
    return { reason: 'DrainNotOver', message, earliest: key.drainUntil };
  }
  if (!mustBeSwept(ring)) return undefined;
  return { reason: 'RowsLeft', message: `${kid} retires by itself once every issuer reports no row left under it` };
}

/** Whether a revocation names keys that the ring knows. One that is gone already is no reason to refuse. */
export function refuseRevoke(ring: RingDocument, kids: readonly string[]): Refusal | undefined {
  const unknown = kids.filter((kid) => !ring.keys.some((key) => key.kid === kid));
  if (unknown.length === 0) return undefined;
  return { reason: 'UnknownKey', message: `the ring has no key ${unknown.join(', ')}` };
}

/** Every key that verifiers accept now: what a revocation of all declares. */
export const acceptedKids = (ring: Pick<RingDocument, 'keys'>): string[] =>
  ring.keys.filter(({ state }) => isAccepted(state)).map(({ kid }) => kid);
