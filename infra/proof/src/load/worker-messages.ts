import type { LedgerColumns } from '../ledger/columns.js';
import type { CrowdPlan } from './crowd.js';
import type { Lives } from './world.js';

/** What the crowd's thread is given at its start. */
export interface CrowdOptions {
  /** The platform's public address. */
  readonly origin: string;
  /** The mail catcher's address. */
  readonly mailUrl: string;
  readonly lives: Lives;
  readonly plan: CrowdPlan;
}

/** `collect`: hand over what was recorded since the last time. `stop`: the same, once everybody has finished. */
export type ToCrowd = 'collect' | 'stop';

export type FromCrowd =
  | { readonly kind: 'progress'; readonly requests: number }
  | { readonly kind: 'columns'; readonly columns: LedgerColumns; readonly last: boolean };
