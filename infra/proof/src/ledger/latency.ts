/** A stretch of time, epoch milliseconds. */
export interface Interval {
  readonly from: number;
  readonly until: number;
}

export interface Latency {
  readonly requests: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

interface Timings {
  readonly at: Float64Array;
  readonly latencyMs: Float32Array;
}

/** Overlapping intervals joined, in order of time. */
export function union(intervals: readonly Interval[]): Interval[] {
  const joined: { from: number; until: number }[] = [];
  for (const { from, until } of [...intervals].sort((a, b) => a.from - b.from)) {
    const last = joined.at(-1);
    if (last && from <= last.until) last.until = Math.max(last.until, until);
    else joined.push({ from, until });
  }
  return joined;
}

/** Milliseconds covered by at least one of the intervals. */
export const covered = (intervals: readonly Interval[]): number =>
  union(intervals).reduce((sum, { from, until }) => sum + until - from, 0);

/** Whether an instant lies in one of the intervals, which `union` has put in order. */
function inside(at: number, ordered: readonly Interval[]): boolean {
  let low = 0;
  let high = ordered.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ordered[middle] as Interval).from <= at) low = middle + 1;
    else high = middle;
  }
  return low > 0 && at <= (ordered[low - 1] as Interval).until;
}

function describe(values: Float32Array): Latency {
  values.sort();
  const quantile = (q: number): number => values[Math.min(values.length - 1, Math.floor(q * values.length))] ?? 0;
  return { requests: values.length, p50: quantile(0.5), p95: quantile(0.95), p99: quantile(0.99), max: quantile(1) };
}

/** Latencies in milliseconds of the requests sent inside the intervals, and of all others. */
export function latencies(
  { at, latencyMs }: Timings,
  intervals: readonly Interval[],
): { inside: Latency; outside: Latency } {
  const ordered = union(intervals);
  const parts = { inside: [] as number[], outside: [] as number[] };
  for (let row = 0; row < at.length; row++) {
    parts[inside(at[row] as number, ordered) ? 'inside' : 'outside'].push(latencyMs[row] as number);
  }
  return { inside: describe(Float32Array.from(parts.inside)), outside: describe(Float32Array.from(parts.outside)) };
}
