import { type Entry, endOf } from './entry.js';
import { explains, type Fault } from './fault.js';

/** A key declared compromised: from then on a token of it must be refused. */
export interface Revocation {
  readonly kid: string;
  /** Epoch milliseconds at which the command was given. */
  readonly at: number;
  /** Epoch milliseconds at which the last process refused it, as the run says; from then on nobody may accept it. */
  readonly refusedAt?: number;
}

export interface FaultAccount {
  readonly fault: Fault;
  readonly failures: number;
  /** Failures by `operation status`, such as `session.get 503`. */
  readonly by: Readonly<Record<string, number>>;
}

/** What the failures of a run are owed to. */
export interface Verdict {
  /** Failures explained by a fault of their own kind, per fault, in the order of the faults. */
  readonly owedToFaults: readonly FaultAccount[];
  /** Refusals of a key that was revoked, as asked for. */
  readonly revoked: number;
  /** Refusals of what had ended by itself while the request waited. */
  readonly late: number;
  /** Live sessions and tokens that were refused. Nothing explains them. */
  readonly logouts: readonly Entry[];
  /** Every other failure that no fault explains. */
  readonly unexplained: readonly Entry[];
  /** Requests that succeeded with a token of a key that everybody was said to refuse. */
  readonly accepted: readonly Entry[];
}

/** Failures that count against the rotation; 0 is the promise. */
export const againstRotation = ({ logouts, unexplained, accepted }: Verdict): number =>
  logouts.length + unexplained.length + accepted.length;

/**
 * Judges every entry. One that is `ok` counts against the rotation if it was sent with a token of a revoked key after the
 * last process was said to refuse it. The others, in this order:
 * 1. a refusal of a token whose key was revoked before the answer came is what the revocation asked for;
 * 2. a credential that came to its own end meanwhile was rightly refused;
 * 3. a logout counts against the rotation, whatever fault was running;
 * 4. a failure that an injected fault explains (see `explains`) is counted there, under the first that does;
 * 5. everything else counts against the rotation.
 */
export function judge(
  entries: Iterable<Entry>,
  faults: readonly Fault[],
  revocations: readonly Revocation[] = [],
): Verdict {
  const accounts = faults.map((fault) => ({ fault, failures: 0, by: {} as Record<string, number> }));
  const logouts: Entry[] = [];
  const unexplained: Entry[] = [];
  const accepted: Entry[] = [];
  let revoked = 0;
  let late = 0;
  for (const entry of entries) {
    if (entry.outcome === 'ok') {
      if (isAccepted(entry, revocations)) accepted.push(entry);
    } else if (isRevoked(entry, revocations)) {
      revoked++;
    } else if (entry.outcome === 'late') {
      late++;
    } else if (entry.outcome === 'logout') {
      logouts.push(entry);
    } else {
      const account = accounts.find(({ fault }) => explains(fault, entry));
      if (account) count(account, entry);
      else unexplained.push(entry);
    }
  }
  return { owedToFaults: accounts, revoked, late, logouts, unexplained, accepted };
}

const isRevoked = (entry: Entry, revocations: readonly Revocation[]): boolean =>
  entry.status === 401 && revocations.some(({ kid, at }) => kid === entry.kid && at <= endOf(entry));

const isAccepted = ({ kid: used, at, status }: Entry, revocations: readonly Revocation[]): boolean =>
  status < 400 && revocations.some(({ kid, refusedAt }) => kid === used && refusedAt !== undefined && at > refusedAt);

const count = (account: { failures: number; by: Record<string, number> }, { operation, status }: Entry): void => {
  const key = `${operation} ${status}`;
  account.failures++;
  account.by[key] = (account.by[key] ?? 0) + 1;
};

/** Counts entries by a text that each of them gives, most frequent first. */
export function tally(entries: Iterable<Entry>, by: (entry: Entry) => string): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const entry of entries) counts.set(by(entry), (counts.get(by(entry)) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([, a], [, b]) => b - a));
}
