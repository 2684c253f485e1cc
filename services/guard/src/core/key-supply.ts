import type { AcceptSet } from './accept-set.js';

/** Where the keys of a verifier come from: a ring of the platform, or the published keys of a foreign issuer. */
export interface KeySupply {
  /** The ring, or the host of the foreign issuer; for metrics. */
  readonly name: string;
  /** Whether keys may be used at the moment (rule P7). Asked for each request; flushes first what is no longer in use. */
  ready(): boolean;
  /** The keys in use; replaced as a whole. Throws GuardError ERR_KEY_SOURCE_UNAVAILABLE. */
  usable(): AcceptSet;
  /** Resolves once a kid that is unknown was asked for, or need not be (rule P5). Rejects as `usable` throws. */
  ask(kid: string): Promise<void>;
  /** What the verifier counts by; undefined before the first keys. */
  state(): { readonly generation: number; readonly since: number } | undefined;
  close(): void;
}

/** Called in the turn of the event loop in which the keys are replaced, before anything is acknowledged (rule P2). */
export type Flush = () => void;
