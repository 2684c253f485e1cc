import { type Entry, endOf, NO_ANSWER, type Service } from './entry.js';

/**
 * Something broken on purpose.
 * - `process`: one process was killed or stopped; `target` is its replica name, such as `auth-1`.
 * - `service`: every process of a service was down; `target` is the service.
 * - `database`: the database was down; `target` names it, and every service that keeps data depends on it.
 * - `operator`: the operator was down; it serves no user, so it explains no failure at all.
 */
export type FaultKind = 'process' | 'service' | 'database' | 'operator';

export interface Fault {
  /** Says what was done, in the report's words, such as `auth-1 killed`. */
  readonly name: string;
  readonly kind: FaultKind;
  readonly target: string;
  /** Epoch milliseconds, from just before it was broken until it was seen to be ready again. */
  readonly from: number;
  readonly until: number;
}

const GATEWAY = new Set([502, 503, 504]);

export const overlaps = (
  entry: Pick<Entry, 'at' | 'latencyMs'>,
  { from, until }: Pick<Fault, 'from' | 'until'>,
): boolean => entry.at <= until && endOf(entry) >= from;

const serviceOf = (replica: string): string => replica.replace(/-\d+$/, '');

const nobodyAnswered = (entry: Entry): boolean =>
  entry.replica === '' && (entry.status === NO_ANSWER || GATEWAY.has(entry.status));

/**
 * Whether a fault explains a failure: the request met the fault's interval, it failed in the way in which that fault
 * fails, and it was for the very part that was down. A process explains only answers that nobody gave or that name
 * it; a live process that answers badly while its neighbour is down is not explained. A database explains the 503 of
 * a process that needs it, and nothing else. No fault explains a logout.
 */
export function explains(fault: Fault, entry: Entry): boolean {
  if (entry.outcome !== 'unavailable' || !overlaps(entry, fault)) return false;
  switch (fault.kind) {
    case 'process':
      return entry.replica === fault.target || (nobodyAnswered(entry) && entry.service === serviceOf(fault.target));
    case 'service':
      return entry.service === fault.target;
    case 'database':
      return entry.status === 503 && needsDatabase(entry.service);
    case 'operator':
      return false;
  }
}

const needsDatabase = (service: Service): boolean => service === 'auth' || service === 'tasks';
