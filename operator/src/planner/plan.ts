import type { RingSettings } from '@keyturn/keyring/document';

/**
 * What the planner decides, as values. A step is one compare-and-swap write of the truth; everything else writes nothing.
 */
export type Step =
  /** A fresh key becomes pending. */
  | { readonly kind: 'prepare'; readonly freshKeys: 1 }
  /** The pending key is proven everywhere: it is the standby from now on. */
  | { readonly kind: 'prove'; readonly kid: string }
  /** The standby signs, `replaces` drains, a fresh key is pending. */
  | { readonly kind: 'activate'; readonly kid: string; readonly replaces: string | null; readonly freshKeys: 0 | 1 }
  /** Drained keys are removed, private and public part. */
  | { readonly kind: 'retire'; readonly kids: readonly string[] }
  /** All declared keys leave the accept set; `heir` (proven, not declared) signs, or nobody does until one is proven. */
  | {
      readonly kind: 'revoke';
      readonly kids: readonly string[];
      readonly heir: string | null;
      readonly freshKeys: 0 | 1;
    }
  /** Proven gone everywhere: no process accepts these keys, whatever restarts. */
  | { readonly kind: 'finish'; readonly kids: readonly string[] }
  /** The edited policy becomes part of the ring. */
  | { readonly kind: 'adopt'; readonly settings: RingSettings; readonly issuer: string | undefined };

export type StepKind = Step['kind'];

/**
 * Why nothing is written now. Closed; spelled the same in conditions, logs, metrics and tests. What each waits for and who
 * can end it: docs/operations/conditions.md.
 */
export const WAIT_REASONS = [
  'NothingDue',
  'Paused',
  'DrainNotOver',
  'ReceiptsBehind',
  'CanaryNotAccepted',
  'RowsLeft',
  'TooManyLiveKeys',
  'OutsideCaches',
  'NoIssuer',
] as const;
export type WaitReason = (typeof WAIT_REASONS)[number];

/** Why one process holds a step. Closed; documented beside the reasons above. */
export const LAGGARD_REASONS = [
  'NotAnswering',
  'Behind',
  'OtherRing',
  'AheadOfTruth',
  'CanaryRefused',
  'CanaryNotSent',
  'RowsLeft',
  'RowsNotCounted',
] as const;
export type LaggardReason = (typeof LAGGARD_REASONS)[number];

export interface Laggard {
  /** Name of the pod or process, as its platform calls it. */
  readonly name: string;
  /** Its evidence: the generation that it is proved to have. */
  readonly generation: number;
  readonly why: LaggardReason;
  /** What the process said, for example why it refused a canary. Never a secret. */
  readonly detail?: string;
}

export interface Wait {
  readonly reason: WaitReason;
  /** What would be written next. */
  readonly step?: StepKind;
  readonly kid?: string;
  /** Epoch ms since when this is waited for. */
  readonly since: number;
  /** Epoch ms at which it ends by itself; absent when it depends on others. */
  readonly until?: number;
  /** The generation that the laggards have to prove. */
  readonly atLeast?: number;
  readonly laggards: readonly Laggard[];
  /** It has lasted longer than `stalledAfterMs` and somebody has to act. */
  readonly stalled: boolean;
}

/** What has to be gathered before the planner can go on; the evidence has to be gathered after this was asked. */
export interface Question {
  /** Every process is asked to load at least this generation. */
  readonly atLeast: number;
  /** The pending key with which a canary is made for every process. */
  readonly canaryFor: string | null;
}

export type Plan =
  | { readonly outcome: 'step'; readonly generation: number; readonly step: Step }
  | { readonly outcome: 'ask'; readonly generation: number; readonly question: Question }
  /** `waits` is never empty; the first one is what holds the most urgent step. */
  | { readonly outcome: 'wait' | 'stalled'; readonly generation: number; readonly waits: readonly Wait[] };

/** What people and policies want of a ring, next to what the ring says itself. */
export interface Intent {
  /** Keys declared compromised. Kids that the ring does not know, or that are gone, are ignored. */
  readonly revoke?: {
    readonly kids: readonly string[];
    readonly since: number;
    /** Epoch ms until which a verifier without receipts could still fetch one of these keys; absent = `since`. */
    readonly publishedUntil?: number;
  };
  /**
   * One rotation away from the key that was active when it was asked for. Once another key is active it is done,
   * so two operators with the same request rotate once.
   */
  readonly rotate?: { readonly replaces: string | null; readonly since: number };
  /** The schedule begins nothing before (epoch ms); 0 or absent = no such limit. Requests are not concerned. */
  readonly scheduleNotBefore?: number;
  /** The policy as it is now; absent = as in the ring. */
  readonly policy?: { readonly settings: RingSettings; readonly issuer?: string };
  /** Verifiers that give no receipts; nothing is proved about them, a time is waited. */
  readonly outside?: readonly OutsideVerifier[];
}

export interface OutsideVerifier {
  readonly name: string;
  /** Longest time for which it may go on using what it has cached, milliseconds. */
  readonly cacheMs: number;
}
