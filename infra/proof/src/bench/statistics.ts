/** Pure arithmetic and the table of the benchmark. */

export interface Sample {
  readonly framework: string;
  readonly variant: string;
  readonly mode: string;
  readonly round: number;
  readonly requestsPerSecond: number;
  /** Answers other than 2xx, and connection errors. */
  readonly failures: number;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

export interface Ratio {
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
}

/** Requests per second of one side over another's, taken within each round. */
export function ratio(of: readonly Sample[], to: readonly Sample[]): Ratio {
  const ratios = of.flatMap((sample) => {
    const other = to.find(({ round }) => round === sample.round);
    return other ? [sample.requestsPerSecond / other.requestsPerSecond] : [];
  });
  return { median: median(ratios), lowest: Math.min(...ratios), highest: Math.max(...ratios) };
}

export interface Goal {
  readonly name: string;
  readonly at: { readonly framework: string; readonly mode: string };
  readonly over: string;
  readonly atLeast: number;
}

export const GOALS: readonly Goal[] = [
  { name: 'known token over no guard', at: { framework: 'fastify', mode: 'known' }, over: 'none', atLeast: 0.95 },
  { name: 'known token over no guard', at: { framework: 'express', mode: 'known' }, over: 'none', atLeast: 0.95 },
  { name: 'known token over stock', at: { framework: 'fastify', mode: 'known' }, over: 'stock', atLeast: 3 },
  { name: 'known token over stock', at: { framework: 'express', mode: 'known' }, over: 'stock', atLeast: 2.5 },
  { name: 'first seen over stock', at: { framework: 'fastify', mode: 'first-seen' }, over: 'stock', atLeast: 1.3 },
  { name: 'first seen over stock', at: { framework: 'express', mode: 'first-seen' }, over: 'stock', atLeast: 1.3 },
];

const at = (samples: readonly Sample[], framework: string, mode: string, variant: string): Sample[] =>
  samples.filter((sample) => sample.framework === framework && sample.mode === mode && sample.variant === variant);

export const failures = (samples: readonly Sample[]): number =>
  samples.reduce((sum, sample) => sum + sample.failures, 0);

const two = (value: number): string => (Number.isFinite(value) ? value.toFixed(2) : '-');

/** One row a side: median requests per second, and the ratio to the same framework without a guard and with stock. */
export function sidesTable(samples: readonly Sample[]): string {
  const rows = [...new Set(samples.map(({ framework, mode, variant }) => `${framework}|${mode}|${variant}`))];
  const lines = rows.map((row) => {
    const [framework = '', mode = '', variant = ''] = row.split('|');
    const own = at(samples, framework, mode, variant);
    const none = ratio(own, at(samples, framework, mode, 'none'));
    const stock = ratio(own, at(samples, framework, mode, 'stock'));
    const rate = Math.round(median(own.map(({ requestsPerSecond }) => requestsPerSecond)));
    return `| ${framework} | ${mode} | ${variant} | ${rate} | ${two(none.median)} | ${two(stock.median)} | ${failures(own)} |`;
  });
  const head =
    '| framework | tokens | guard | requests/s | × no guard | × stock | failed |\n| --- | --- | --- | ---: | ---: | ---: | ---: |';
  return [head, ...lines].join('\n');
}

export function goalsTable(samples: readonly Sample[], goals: readonly Goal[] = GOALS): string {
  const lines = goals.map(({ name, at: place, over, atLeast }) => {
    const sides = ['keyturn', over].map((variant) => at(samples, place.framework, place.mode, variant));
    const found = ratio(sides[0] ?? [], sides[1] ?? []);
    const failed = failures(sides.flat());
    const reached = found.median >= atLeast ? 'reached' : 'not reached';
    const verdict = failed > 0 ? `void: ${failed} requests failed` : reached;
    return `| ${name}, ${place.framework} | ≥ ${atLeast} | ${two(found.median)} (${two(found.lowest)}–${two(found.highest)}) | ${verdict} |`;
  });
  return ['| goal | wanted | median of rounds (range) | |\n| --- | --- | --- | --- |', ...lines].join('\n');
}

/** What `benchIssuing` measured, as sections of the report. */
export function issuingReport(result: {
  readonly samples: readonly Sample[];
  readonly processes: readonly { readonly name: string; readonly residentMb: number }[];
  readonly platformReadyMs: number;
}): string[] {
  const { samples, processes, platformReadyMs } = result;
  const of = (variant: string): Sample[] => at(samples, 'issuer', 'token', variant);
  const found = ratio(of('keyturn'), of('stock'));
  const rate = (variant: string): number => Math.round(median(of(variant).map((sample) => sample.requestsPerSecond)));
  const memory = processes.map(({ name, residentMb }) => `| ${name} | ${residentMb} |`);
  return [
    '## Issuing tokens',
    `\`GET /api/auth/token\` with a session cookie: keyturn ${rate('keyturn')} a second, stock jwt plugin ${rate('stock')} a second; ratio ${two(found.median)} (${two(found.lowest)}–${two(found.highest)}), wanted ≥ 1.5.`,
    '## Processes',
    `One process of each service was ready ${(platformReadyMs / 1000).toFixed(1)} s after the platform was started, database included.`,
    ['| process | resident MB after the load |\n| --- | ---: |', ...memory].join('\n'),
  ];
}
