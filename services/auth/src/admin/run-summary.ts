import type { KeyRotation } from './custom-resources.js';

/** The operator's, as in its custom resource. */
export const RUN_PHASES = ['Queued', 'Running', 'Waiting', 'Complete', 'Refused', 'Aborted', 'Superseded'] as const;

/** What became of a request, in the operator's words. Times are RFC 3339. */
export interface RunSummary {
  readonly id: string;
  readonly ring: string;
  readonly kind: 'rotate' | 'revoke' | 'retire' | 'recover' | 'abort';
  readonly phase: (typeof RUN_PHASES)[number];
  /** Oldest first. */
  readonly timeline: readonly { readonly at: string; readonly event: string; readonly message?: string }[];
  /** Processes that have acknowledged what the run needs, of all; of each workload too, those that lack most first. */
  readonly acks?: Acknowledged & { readonly workloads?: readonly (Acknowledged & { readonly name: string })[] };
  /** Who holds the run now. */
  readonly waitingFor?: readonly object[];
  readonly refused?: { readonly reason: string; readonly message: string };
}

interface Acknowledged {
  readonly current: number;
  readonly total: number;
}

export const MOST_RUNS = 20;

/** Sorts after every time: a request that nobody has taken yet is the newest. */
const NOT_YET = '~';

const begun = ({ timeline }: RunSummary): string => timeline[0]?.at ?? NOT_YET;

/** By code unit: a locale's order has `~` before the digits. */
const newestFirst = (a: RunSummary, b: RunSummary): number => Number(begun(a) < begun(b)) - Number(begun(a) > begun(b));

/** The latest runs of a ring, newest first; one that has not begun is the newest. */
export const latestRuns = (runs: readonly RunSummary[], ring: string): RunSummary[] =>
  runs
    .filter((run) => run.ring === ring)
    .sort(newestFirst)
    .slice(0, MOST_RUNS);

/** A run as administrators see it, from the operator's record or from its custom resource. */
export const runSummary = (run: RunSummary): RunSummary => ({
  id: run.id,
  ring: run.ring,
  kind: run.kind,
  phase: run.phase,
  timeline: run.timeline.map(({ at, event, message }) => ({ at, event, ...(message !== undefined && { message }) })),
  ...(run.acks && { acks: run.acks }),
  ...(run.waitingFor && { waitingFor: run.waitingFor }),
  ...(run.refused && { refused: run.refused }),
});

/** One that the operator has not taken yet waits as much as one that it lets wait. */
export const keyRotationSummary = ({ metadata, spec, status }: KeyRotation): RunSummary =>
  runSummary({
    ...status,
    id: metadata.name,
    ring: spec.ringRef.name,
    kind: spec.revoke ? 'revoke' : spec.retire ? 'retire' : spec.recover ? 'recover' : 'rotate',
    phase: status?.phase ?? 'Queued',
    timeline: status?.timeline ?? [],
  });
