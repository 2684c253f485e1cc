/** Pure: where the time of a CPU profile of V8 went, by package. */

export interface CpuProfile {
  /** Microseconds of the machine's monotonic clock, which `process.hrtime` reads as well. */
  readonly startTime: number;
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
  }[];
  /** Ids of nodes; `timeDeltas` says how many microseconds passed before each. */
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const IDLE = '(idle)';

/** Microseconds of the monotonic clock. */
export interface Span {
  readonly from: number;
  readonly until: number;
}

/** Busy microseconds by package within a span, each sample counted where the processor was. */
export function busyByPackage(profile: CpuProfile, { from, until }: Span): Map<string, number> {
  const packages = new Map(profile.nodes.map(({ id, callFrame }) => [id, packageOf(callFrame)]));
  const busy = new Map<string, number>();
  let at = profile.startTime;
  for (const [index, id] of profile.samples.entries()) {
    const delta = profile.timeDeltas[index] ?? 0;
    at += delta;
    const name = packages.get(id) ?? IDLE;
    if (at > from && at <= until && name !== IDLE) busy.set(name, (busy.get(name) ?? 0) + delta);
  }
  return busy;
}

/** `@nestjs/core` of node_modules, `services/guard` of this repository, `node:internal`, or V8's own `(program)`. */
export function packageOf({ functionName, url }: CpuProfile['nodes'][number]['callFrame']): string {
  if (url === '') return functionName.startsWith('(') ? functionName : 'native functions';
  if (url.startsWith('node:')) return 'node';
  const installed = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
  return installed ?? /\/((?:services|infra|operator)\/[^/]+)\//.exec(url)?.[1] ?? 'other';
}

export interface Profiled {
  readonly side: string;
  readonly requests: number;
  readonly busy: ReadonlyMap<string, number>;
}

/** One row a package, one column a side: microseconds of the processor for each request; packages below `least` summed. */
export function profileTable(sides: readonly Profiled[], least = 1): string {
  const cost = ({ busy, requests }: Profiled, name: string): number => (busy.get(name) ?? 0) / requests;
  const names = [...new Set(sides.flatMap(({ busy }) => [...busy.keys()]))];
  const top = (name: string): number => Math.max(...sides.map((side) => cost(side, name)));
  const shown = names.filter((name) => top(name) >= least).toSorted((a, b) => top(b) - top(a));
  const rest = names.filter((name) => !shown.includes(name));
  const row = (label: string, of: (side: Profiled) => number): string =>
    `| ${[label, ...sides.map((side) => of(side).toFixed(1))].join(' | ')} |`;
  const sum = (side: Profiled, of: readonly string[]): number => of.reduce((all, name) => all + cost(side, name), 0);
  return [
    `| µs a request | ${sides.map(({ side }) => side).join(' | ')} |`,
    `| --- |${' ---: |'.repeat(sides.length)}`,
    ...shown.map((name) => row(name, (side) => cost(side, name))),
    row('the rest', (side) => sum(side, rest)),
    row('**together**', (side) => sum(side, names)),
  ].join('\n');
}
