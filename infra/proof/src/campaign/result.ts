import type { Ledger } from '../ledger/columns.js';
import type { Fault } from '../ledger/fault.js';
import { judge, type Revocation, tally, type Verdict } from '../ledger/judge.js';
import { covered, type Interval, type Latency, latencies } from '../ledger/latency.js';
import type { Rotation } from '../rotation/rotations.js';

/** What came of a campaign, without a row for each request. */
export interface CampaignResult {
  readonly requests: number;
  readonly tookMs: number;
  /** Rotations by ring. */
  readonly rotations: Readonly<Record<string, number>>;
  /** Rings that stopped rotating, and why. */
  readonly stuck: readonly string[];
  /** Milliseconds in which at least one rotation was under way. */
  readonly rotatingMs: number;
  readonly operations: Readonly<Record<string, number>>;
  readonly replicas: Readonly<Record<string, number>>;
  /** Different keys that users' tokens were signed with. */
  readonly kids: number;
  /** Latency in milliseconds of requests sent while a rotation was under way, and of all others. */
  readonly latency: { readonly inside: Latency; readonly outside: Latency };
  readonly faults: readonly Fault[];
  readonly verdict: Verdict;
}

export interface Happened extends Interval {
  readonly rotations: readonly Rotation[];
  readonly stuck: readonly string[];
  readonly faults: readonly Fault[];
  readonly revocations: readonly Revocation[];
}

export function resultOf(ledger: Ledger, happened: Happened): CampaignResult {
  const { from, until, rotations, stuck, faults, revocations } = happened;
  const counts: Record<string, number> = {};
  for (const { ring } of rotations) counts[ring] = (counts[ring] ?? 0) + 1;
  const kids = Object.keys(tally(ledger.entries(), ({ kid }) => kid)).filter((kid) => kid !== '');
  return {
    requests: ledger.length,
    tookMs: until - from,
    rotations: counts,
    stuck,
    rotatingMs: covered(rotations),
    operations: tally(ledger.entries(), ({ operation }) => operation),
    replicas: tally(ledger.entries(), ({ replica }) => replica || 'nobody'),
    kids: kids.length,
    latency: latencies(ledger.timings(), rotations),
    faults,
    verdict: judge(revocations.length > 0 ? ledger.entries() : ledger.failures(), faults, revocations),
  };
}
