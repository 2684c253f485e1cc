import type { TruthStore } from '@keyturn/keyring';
import type { RingDocument } from '@keyturn/keyring/document';
import type { NewRing } from '../planner/index.js';
import type { FreshKey, GatheredConsumer, OutsideVerifier } from '../planner/index.js';
import type { RingStatus, RotationRequest, RunRecord } from '../records/index.js';
import type { Trouble } from './trouble.js';

/** What a ring should be: the spec of a KeyRing. */
export interface RingPolicy extends Omit<NewRing, 'ringId'> {
  /** Existing key or secret that becomes generation 1, so that a running system is adopted. */
  readonly imported?: FreshKey;
  readonly outside: readonly OutsideVerifier[];
  /** Finished runs that are kept. */
  readonly historyLimit: number;
}

/** A policy, or what is wrong with it: each field with its rule. */
export type PolicyReading =
  | { readonly policy: RingPolicy }
  | { readonly policy?: undefined; readonly problems: readonly string[] };

/** A consumer as its platform lists it, before anybody asked it. */
export interface ConsumerListing extends Pick<GatheredConsumer, 'name' | 'podUid' | 'role' | 'workload' | 'fenced'> {
  readonly managementUrl: string;
  /** It was found by a label, which somebody may have forgotten elsewhere. */
  readonly labelled?: boolean;
  readonly state: GatheredConsumer['reported']['state'];
}

/** The truth as an operator writes it. */
export interface OperatorTruth extends TruthStore {
  /**
   * Commits a document whatever its generation, if the stored one is still `expected` (0 = there is none). Only for a
   * recovery. Throws KeyringError ERR_TRUTH_CONFLICT.
   */
  recover(document: RingDocument, expected: number): Promise<void>;
}

/** Milliseconds. Changes that the driver notices end a wait at once. */
export interface Pace {
  /** Between two looks at a ring in which nothing is due. */
  readonly idleMs: number;
  /** The longest time between two looks at a ring that waits for processes; it begins with much less. */
  readonly heldMs: number;
}

/**
 * Where an engine works: the state directory of one machine, or a cluster. Every method reads afresh; a write has happened
 * when it resolves.
 */
export interface Driver {
  readonly truth: OperatorTruth;
  /** How often to look where looking is not for free; absent = as often as on one machine. */
  readonly pace?: Pace;
  /** Names of the rings that have a policy or a truth. */
  rings(): Promise<readonly string[]>;
  /** undefined = the ring has no policy (any more): it keeps its settings, and its keys stay. */
  policy(ring: string): Promise<PolicyReading | undefined>;
  consumers(ring: string): Promise<readonly ConsumerListing[]>;
  /** Requests that are not answered yet, oldest first. */
  requests(ring: string): Promise<readonly RotationRequest[]>;
  /** A request is answered: its run is stored. */
  forget(request: RotationRequest): Promise<void>;
  runs(ring: string): Promise<readonly RunRecord[]>;
  putRun(run: RunRecord): Promise<void>;
  removeRun(run: RunRecord): Promise<void>;
  putStatus(status: RingStatus): Promise<void>;
  /** Tells what keeps a ring from being made: nothing is known of it that a status could be derived from. */
  putTrouble?(ring: string, trouble: Trouble): Promise<void>;
  /** Resolves when a request or a policy may have changed, or after `ms`, or when the signal fires. */
  changed(ms: number, signal: AbortSignal): Promise<void>;
}
