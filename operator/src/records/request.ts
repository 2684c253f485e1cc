/** A request to the operator: one file in `<state>/requests/`, or a KeyRotation in a cluster. */
interface RequestBase {
  /** Names the run that answers it; `[a-z0-9-]`, 63 characters at most. */
  readonly id: string;
  readonly ring: string;
  /** RFC 3339. */
  readonly requestedAt: string;
  /** Who asked, for the history: `cli`, `schedule`, or the id of an administrator. */
  readonly requestedBy: string;
}

export interface RotateRequest extends RequestBase {
  readonly kind: 'rotate';
  /** Begun by the schedule, by an operator that ended before it could say so. */
  readonly reason?: 'Scheduled';
}

export interface RevokeRequest extends RequestBase {
  readonly kind: 'revoke';
  /** Kids, or every key that verifiers accept when the request is taken (the whole object leaked). */
  readonly keys: readonly string[] | 'all';
}

export interface AbortRequest extends RequestBase {
  readonly kind: 'abort';
  /** The run that is meant; absent = the rotation that works, else the one that waits. */
  readonly run?: string;
}

/** Asks for a drained key to be removed now: it is done by itself, so the answer says what still keeps it. */
export interface RetireRequest extends RequestBase {
  readonly kind: 'retire';
  readonly kid: string;
}

/** Goes on above the projection after the truth was restored from an older copy, or lost. */
export interface RecoverRequest extends RequestBase {
  readonly kind: 'recover';
}

export type RotationRequest = RotateRequest | RevokeRequest | AbortRequest | RetireRequest | RecoverRequest;
