import type { RefusalReason } from '../planner/index.js';
import type { LaggardRecord } from './status.js';

/** One run: what happened to a request, or to a rotation that the schedule began. It answers the request of the same id. */
export interface RunRecord {
  readonly id: string;
  readonly ring: string;
  readonly kind: 'rotate' | 'revoke' | 'abort' | 'retire' | 'recover';
  readonly reason: 'Manual' | 'Scheduled' | 'Compromised';
  readonly requestedBy: string;
  readonly phase: RunPhase;
  /** Rotations: the key that signed when the run began. The run is complete once another one does. */
  readonly replaces?: string | null;
  /** Oldest first. */
  readonly timeline: readonly RunEvent[];
  /** Consumers that have acknowledged the generation which the run needs, of all. */
  readonly acks?: Acknowledgements;
  /** Who holds the run now. */
  readonly waitingFor?: readonly LaggardRecord[];
  /** Keys that the run is about: the one that becomes active, or those that are revoked. */
  readonly kids: readonly string[];
  /** Processes whose receipts proved it, as `name/bootId`. */
  readonly provenBy: readonly string[];
  /** Verifiers about which nothing could be proved: they were waited for by time. */
  readonly unproven: readonly string[];
  /** Revocations: when it was declared, written, refused first and last, and proven gone. RFC 3339. */
  readonly emergency?: {
    readonly declaredAt: string;
    readonly writtenAt?: string;
    readonly firstRefusedAt?: string;
    readonly lastRefusedAt?: string;
    readonly finishedAt?: string;
  };
  /** Only in phase Refused. `earliest` (RFC 3339): from when the same request would be taken. */
  readonly refused?: { readonly reason: RefusalReason; readonly message: string; readonly earliest?: string };
}

export interface Acknowledged {
  readonly current: number;
  readonly total: number;
}

export interface Acknowledgements extends Acknowledged {
  /** The same of each workload, those that lack most first; 20 at most. */
  readonly workloads?: readonly (Acknowledged & { readonly name: string })[];
}

/** A rotation is complete when its key signs. Documented in docs/operations/conditions.md. */
export const RUN_PHASES = ['Queued', 'Running', 'Waiting', 'Complete', 'Refused', 'Aborted', 'Superseded'] as const;
export type RunPhase = (typeof RUN_PHASES)[number];

export const FINAL_PHASES: ReadonlySet<RunPhase> = new Set(['Complete', 'Refused', 'Aborted', 'Superseded']);

export interface RunEvent {
  /** RFC 3339. */
  readonly at: string;
  readonly event: string;
  readonly generation?: number;
  readonly message?: string;
}
