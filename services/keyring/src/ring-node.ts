import type { AnyRingDocument, PrivateJwk } from './document/document.js';
import type { CanaryResult, Receipt, RingRole } from './receipt.js';

/** What a process has loaded of one ring. Immutable; replaced in one assignment (rule P2). */
export interface LoadedRing {
  readonly document: AnyRingDocument;
  readonly generation: number;
}

export interface Signer {
  readonly kid: string;
  readonly algorithm: string;
  readonly jwk?: PrivateJwk;
  readonly secret?: string;
}

/** Called before the receipt changes: flush caches, swap instances. The swap waits for it. */
export type RingListener = (next: LoadedRing, previous: LoadedRing | undefined) => void | Promise<void>;

/** Verifies a canary by the process's own verification path; registered by the guard or the issuer. */
export type CanaryVerifier = (credential: string) => Promise<CanaryResult>;

/**
 * One ring inside one process: loads it, keeps it fresh, and follows rules P1 to P7 (design: docs/rotation.md).
 * Created with `createRingNode(options)`.
 */
export interface RingNode {
  readonly ring: string;
  readonly role: RingRole;
  /** Starts loading in the background; resolves when the node is ready for the first time. */
  start(): Promise<void>;
  /** Whether the process may serve: a ring is loaded, its start was confirmed as P1 demands, the hard limit has not passed. */
  ready(): boolean;
  /** The loaded ring. Throws KeyringError ERR_RING_UNAVAILABLE when there is none or the hard limit has passed (P7). */
  require(): LoadedRing;
  /** The active key, while the lease lasts (P4). Issuers and holders. Throws ERR_RING_CANNOT_SIGN or ERR_RING_UNAVAILABLE. */
  signer(): Signer;
  /**
   * Unknown kid (P5): one coalesced fetch within a budget. Resolves once a fetch that began after this call has ended, or at
   * once when the budget forbids waiting for one; true when the generation grew. Rejects with ERR_RING_UNAVAILABLE when that
   * fetch failed: the kid may be good, so answer 503 (P7).
   */
  refreshForUnknownKid(kid: string): Promise<boolean>;
  /** Listeners run, and are awaited, on every change and once on registration if a ring is loaded. Returns the removal. */
  onChange(listener: RingListener): () => void;
  receipt(options?: { atLeast?: number; signal?: AbortSignal }): Promise<Receipt>;
  setCanaryVerifier(verifier: CanaryVerifier): void;
  canary(credential: string): Promise<CanaryResult>;
  /** Adds rowsLeft to the receipts; called afresh for each one. */
  setRowsLeft(count: () => Promise<Readonly<Record<string, number>>>): void;
  /** The public document, for `GET .../document`; with `confirm` it rests on a read of the truth that began after the call. */
  document(options?: { confirm?: boolean; signal?: AbortSignal }): Promise<AnyRingDocument>;
  stop(): Promise<void>;
}
