import type { Configuration } from '../configuration.js';

/**
 * Where each variable of KeyRing.tla stands in a state, one byte each:
 *
 *   gen projected churn declared fell ghost(loaded age) token[kid] drain[kid] pod[](...) op[](...) history[](2 bytes)
 *
 * `history` holds the numbers of rings (see rings.ts), 0 for generations that nobody can refer to any more.
 */
export interface Layout {
  readonly size: number;
  readonly kids: number;
  readonly pods: number;
  readonly issuers: number;
  readonly operators: number;
  readonly token: number;
  readonly drain: number;
  readonly pod: number;
  readonly op: number;
  readonly history: number;
}

export const GEN = 0;
export const PROJECTED = 1;
export const CHURN = 2;
export const DECLARED = 3;
export const FELL = 4;
export const GHOST_LOADED = 5;
export const GHOST_AGE = 6;
const HEADER = 7;

/** Bytes of a pod. */
export const PHASE = 0;
export const LOADED = 1;
export const FILE = 2;
export const AGE = 3;
export const REPORT = 4;
export const DOWN = 5;
export const POD_SIZE = 6;

export const ABSENT = 0;
export const PHASES = ['absent', 'down', 'up', 'ready'] as const;
export const [, DOWN_PHASE, UP, READY] = [0, 1, 2, 3] as const;
export const REPORTS = ['never', 'stopped', 'running'] as const;
export const [NEVER, STOPPED, RUNNING] = [0, 1, 2] as const;

/** Bytes of an operator. */
export const VIEW = 0;
export const PROOF = 1;
export const ACCEPTED = 2;
export const SHOWN = 3;
export const OP_SIZE = 4;

/** The lowest of nothing. */
export const NOBODY = 99;
/** Longest history: a key is pending, proven, active and gone in four writes, revoked in one more. Blind writes add some. */
const generations = ({ maxKid, without }: Configuration): number =>
  without.includes('compare-and-swap') ? 40 : 5 * maxKid + 2;

export function layoutOf(configuration: Configuration): Layout {
  const { issuers, verifiers, operators, maxKid } = configuration;
  const pods = issuers + verifiers;
  const token = HEADER;
  const drain = token + maxKid;
  const pod = drain + maxKid;
  const op = pod + pods * POD_SIZE;
  const history = op + operators * OP_SIZE;
  const size = history + 2 * generations(configuration);
  return { size, kids: maxKid, pods, issuers, operators, token, drain, pod, op, history };
}
