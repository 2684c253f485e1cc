import type { Fault, Rule } from './rules.js';

export type Invariant = 'TypeOK' | 'S1' | 'S1I' | 'S2' | 'S2I' | 'S3' | 'S4';
export type Probe = 'NeverRetired' | 'NeverRevoked' | 'NeverInherited';

/** One world: the constants of KeyRing.tla. Times in ticks of 60 s. */
export interface Configuration {
  readonly name: string;
  readonly issuers: number;
  readonly verifiers: number;
  readonly operators: number;
  readonly maxKid: number;
  readonly lifetime: number;
  readonly skew: number;
  readonly opSkew: number;
  readonly lease: number;
  readonly grace: number;
  readonly churn: number;
  readonly emergency: 'none' | 'one' | 'all';
  readonly watch: boolean;
  readonly faults: readonly Fault[];
  readonly without: readonly Rule[];
  /** Pods of one kind, and operators, can be exchanged. */
  readonly symmetry: boolean;
  readonly checks: readonly (Invariant | Probe)[];
  /** `holds`: every state is visited and nothing is found; otherwise the check that must be violated. */
  readonly expect: 'holds' | Invariant | Probe;
}

export const SAFETY: readonly Invariant[] = ['TypeOK', 'S1', 'S1I', 'S2', 'S2I', 'S3', 'S4'];

/** The smallest world: one of each, a rotation, no fault. */
export const SMALLEST: Configuration = {
  name: 'smallest',
  issuers: 1,
  verifiers: 1,
  operators: 1,
  maxKid: 2,
  lifetime: 1,
  skew: 0,
  opSkew: 0,
  lease: 1,
  grace: 1,
  churn: 0,
  emergency: 'none',
  watch: false,
  faults: [],
  without: [],
  symmetry: false,
  checks: SAFETY,
  expect: 'holds',
};
