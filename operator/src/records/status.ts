import type { KeyState, RingAlgorithm, RingType } from '@keyturn/keyring/document';
import { type LaggardReason, WAIT_REASONS } from '../planner/index.js';

/** What a ring looks like now; derived from its truth, never read back as truth. `<state>/status/<ring>.json`. */
export interface RingStatus {
  readonly ring: string;
  readonly ringId: string;
  readonly type: RingType;
  readonly algorithm: RingAlgorithm;
  readonly generation: number;
  /** When this was written, RFC 3339: an old time means that no operator runs. */
  readonly observedAt: string;
  /** `Ready`, `Progressing`, `Stalled`, in this order. */
  readonly conditions: readonly Condition[];
  readonly activeKid: string | null;
  readonly keys: readonly KeyStatus[];
  readonly consumers: ConsumersStatus;
  /** RFC 3339; null = nothing scheduled, or not before others have acted. */
  readonly nextRotation: string | null;
  readonly earliestActivation: string | null;
  readonly earliestRetirement: string | null;
  /** Id of the run that works now, and of the one that waits. */
  readonly currentRun?: string;
  readonly queuedRun?: string;
}

export interface Condition {
  readonly type: 'Ready' | 'Progressing' | 'Stalled';
  readonly status: 'True' | 'False';
  readonly reason: ConditionReason;
  /** Who holds it, and the next command. */
  readonly message: string;
  /** RFC 3339. */
  readonly lastTransitionTime: string;
}

/**
 * Trouble that the planner does not know, because it is not about keys. Closed; spelled the same in conditions and logs. What
 * is wrong, what goes on and what to do: docs/operations/conditions.md.
 */
export const TROUBLE_REASONS = [
  'PolicyInvalid',
  'GenerationWentBack',
  'TruthDamaged',
  'TruthUnreadable',
  'RecordDamaged',
  'ForeignObject',
  'StorageFailed',
  'Unexpected',
] as const;
export type TroubleReason = (typeof TROUBLE_REASONS)[number];

/** Why a condition is as it is: a wait of the planner, trouble of the operator, or that all is well. Closed. */
export const CONDITION_REASONS = [
  ...WAIT_REASONS,
  ...TROUBLE_REASONS,
  'KeySigns',
  'NobodySigns',
  'Running',
  'Proving',
  'AsExpected',
] as const;
export type ConditionReason = (typeof CONDITION_REASONS)[number];

/** A key without its material. Times RFC 3339. */
export interface KeyStatus {
  readonly kid: string;
  readonly state: KeyState;
  readonly since: number;
  readonly createdAt: string;
  readonly activatedAt?: string;
  readonly provenAt?: string;
  readonly drainUntil?: string;
}

export interface ConsumersStatus {
  readonly total: number;
  /** Proved to have the ring's generation. */
  readonly current: number;
  readonly processes: readonly ConsumerStatus[];
}

export interface ConsumerStatus {
  readonly name: string;
  readonly role: 'issuer' | 'verifier' | 'holder';
  /** Its evidence, min(loaded, durable). */
  readonly generation: number;
  readonly loaded?: number;
  readonly durable?: number;
  /** Why its evidence is below the ring's generation, or that it does not answer now. */
  readonly why?: LaggardReason;
  readonly detail?: string;
}

export interface LaggardRecord {
  readonly name: string;
  readonly generation: number;
  readonly why: LaggardReason;
  readonly detail?: string;
}
