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

/** Called on every change: flush caches, swap instances. The ring is in use already; the receipt waits for it (rule P2). */
export type RingListener = (next: LoadedRing, previous: LoadedRing | undefined) => void | Promise<void>;

/** Verifies a canary by the process's own verification path; registered by the guard or the issuer. */
export type CanaryVerifier = (credential: string) => Promise<CanaryResult>;

/** How a process stands to its ring. Ages in milliseconds of a monotonic clock; absent = not known. */
export interface RingStanding {
  /** Generation in use, every listener told; 0 = none. */
  readonly loaded: number;
  /** Generation in the pod's own file; 0 = none. */
  readonly durable: number;
  /** Since the last confirming read of what is loaded began. At `hardLimit` the process answers 503. */
  readonly contactAgeMs?: number;
  /** For how long the process may still sign without another read (rule P4); absent for verifiers. */
  readonly leaseLeftMs?: number;
}

/** What a verifier or a signer uses of a ring. */
export interface RingView {
  readonly ring: string;
  readonly role: RingRole;
  /** Whether the process may serve: a ring is loaded, its start was confirmed as P1 demands, the hard limit has not passed. */
  ready(): boolean;
  /** The loaded ring. Throws KeyringError ERR_RING_UNAVAILABLE when there is none or the hard limit has passed (P7). */
  require(): LoadedRing;
  /** The active key, while the lease lasts (P4). Issuers and holders. Throws ERR_RING_CANNOT_SIGN or ERR_RING_UNAVAILABLE. */
  signer(): Signer;
  /**
   * Unknown kid (P5): one coalesced fetch within a budget. Resolves once a fetch that began after this call has ended, or
   * at once for a kid that was absent a moment ago; true when the generation grew. Rejects with ERR_RING_UNAVAILABLE when
   * that fetch failed, or too many wait for one: the kid may be good, so answer 503 (P7).
   */
  refreshForUnknownKid(kid: string): Promise<boolean>;
  /** Listeners run, and are awaited, on every change and once on registration if a ring is loaded. Returns the removal. */
  onChange(listener: RingListener): () => void;
  /** Has the canaries of the ring verified by this path as well. Returns the removal. */
  addCanaryVerifier(verifier: CanaryVerifier): () => void;
}

/**
 * One ring inside one process: loads it, keeps it fresh, and follows rules P1 to P7 (docs/rotation.md).
 * Created with `createRingNode(options)`.
 */
export interface RingNode extends RingView {
  /** Starts loading in the background; resolves when the node is ready for the first time. */
  start(): Promise<void>;
  standing(): RingStanding;
  receipt(options?: { atLeast?: number; signal?: AbortSignal }): Promise<Receipt>;
  /** Accepted when every verifier that was added accepts it. */
  canary(credential: string): Promise<CanaryResult>;
  /** Adds rowsLeft to the receipts; called afresh for each one. */
  setRowsLeft(count: () => Promise<Readonly<Record<string, number>>>): void;
  /** The public document, for `GET .../document`; with `confirm` it rests on a read of the truth that began after the call. */
  document(options?: { confirm?: boolean }): Promise<AnyRingDocument>;
  stop(): Promise<void>;
}
