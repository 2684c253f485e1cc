import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { LARGE } from './configurations.js';
import { markdown } from './report/table.js';
import { judge, type Row } from './report/verdict.js';
import { runSearch } from './search/run-search.js';
import { runTlc } from './tlc/run-tlc.js';
import type { Toolchain } from './tlc/toolchain.js';

export interface FullOptions {
  readonly tools: Toolchain | undefined;
  readonly specification: string;
  readonly budget: string;
  readonly file: string | undefined;
  readonly log: (line: string) => void;
  readonly report: (row: Row) => void;
}

/** About 30 bytes a state: what 24 GiB hold with room for everything else. */
const MAX_STATES = 300_000_000;

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };

export function parseBudget(text: string): number {
  const [, count, unit] = /^(\d+)([smh])$/.exec(text) ?? [];
  if (!count || !unit) throw new TypeError(`--budget: expected a number and s, m or h, such as 60m, not ${text}`);
  return Number(count) * (UNITS[unit] as number);
}

/**
 * The large worlds, one after the other, each with a fair share of the time that is left: first the search, then TLC
 * on what the search has exhausted, with the same share. What did not end is recorded as such.
 */
export async function runFull(options: FullOptions): Promise<number> {
  const { tools, specification, log, file } = options;
  const until = performance.now() + parseBudget(options.budget);
  const rows: Row[] = [];
  for (const [index, configuration] of LARGE.entries()) {
    const share = (): number => Math.max(1000, (until - performance.now()) / (LARGE.length - index));
    const ts = await runSearch(configuration, { budgetMs: share(), maxStates: MAX_STATES });
    const budgetMs = share() / 2;
    const mayEnd = ts.exhausted && budgetMs > 20_000;
    const tlc =
      tools && mayEnd
        ? await runTlc(tools, configuration, { specification, budgetMs, workers: 2, heap: '6g' })
        : undefined;
    const row = judgeLarge(judge(configuration, tlc, ts));
    rows.push(row);
    options.report(row);
  }
  const text = reportText(rows, options.budget);
  if (file !== undefined) writeFileSync(file, text);
  log(`\n${text}`);
  return rows.some(({ findings }) => findings.some(({ ok }) => !ok)) ? 1 : 0;
}

/** In a large world only a violation or a disagreement is wrong; not to end is a finding, not a failure. */
const judgeLarge = (row: Row): Row => ({
  ...row,
  findings: row.findings.filter(({ ok }) => ok || row.ts?.violated || row.tlc?.violated || row.tlc?.exhausted),
});

function reportText(rows: readonly Row[], budget: string): string {
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return [
    '# The protocol in large worlds',
    '',
    `\`npm run model:full -- --budget ${budget} --report docs/reports/model.md\``,
    '',
    `${cpus().length} × ${cpu?.model.trim() || 'unknown processor'}, ${memory} GiB, Node ${process.version}.`,
    'World: issuers × verifiers × operators. A search that was not exhausted visited the states named, breadth first, and',
    'found nothing in them; its depth is the level that it had reached. TLC runs on what the search exhausts, within the',
    'same time.',
    '',
    markdown(rows),
    '',
    ...rows.map(({ configuration, ts, tlc }) => {
      const said = ts?.exhausted ? 'exhausted' : 'not exhausted';
      const byTlc = tlc ? (tlc.exhausted ? 'exhausted' : `not exhausted, ${tlc.distinct} states`) : 'not run';
      return `- ${configuration.name}: search ${said} (${ts?.distinct} states); TLC ${byTlc}.`;
    }),
    '',
  ].join('\n');
}
