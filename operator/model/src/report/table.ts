import type { Configuration } from '../configuration.js';
import type { Row } from './verdict.js';

const HEAD = [
  'name',
  'world',
  'faults',
  'taken away',
  'checked',
  'distinct TLC',
  'distinct search',
  'depth',
  'time TLC',
  'time search',
  'verdict',
];

const thousands = (count: number | undefined): string => count?.toLocaleString('en') ?? '-';
const seconds = (ms: number | undefined): string => (ms === undefined ? '-' : `${(ms / 1000).toFixed(1)} s`);

/** Issuers × verifiers × operators, keys, and what else is not as in the smallest world. */
export function worldOf(configuration: Configuration): string {
  const { issuers, verifiers, operators, maxKid, churn, emergency, watch, skew, opSkew, symmetry } = configuration;
  return [
    `${issuers}×${verifiers}×${operators}, ${maxKid} keys`,
    churn > 0 && `churn ${churn}`,
    emergency !== 'none' && `emergency ${emergency}`,
    watch && 'watch',
    skew + opSkew > 0 && `skew ${skew}/${opSkew}`,
    symmetry && 'symmetry',
  ]
    .filter((part) => part !== false)
    .join(', ');
}

export function verdictOf({ configuration, ts, tlc, findings }: Row): string {
  const wrong = findings.find(({ ok }) => !ok);
  if (tlc?.violated === 'L') return 'L violated, as it must be';
  if (wrong) return `WRONG: ${wrong.detail}`;
  if (configuration.expect !== 'holds')
    return `${configuration.expect} violated, ${ts?.trace.length ?? tlc?.steps} states`;
  return ts?.exhausted || tlc?.exhausted ? 'holds' : 'holds as far as it got';
}

/** One row of the table. */
export function cells(row: Row): string[] {
  const { configuration, tlc, ts } = row;
  return [
    configuration.name,
    worldOf(configuration),
    configuration.faults.join(' ') || '-',
    configuration.without.join(' ') || '-',
    configuration.checks.join(' '),
    thousands(tlc?.distinct),
    thousands(ts?.distinct),
    `${(ts?.depth ?? tlc?.depth) || '-'}`,
    seconds(tlc?.ms),
    seconds(ts?.ms),
    verdictOf(row),
  ];
}

/** The rows as a Markdown table. */
export const markdown = (rows: readonly Row[]): string =>
  [HEAD, HEAD.map(() => '---'), ...rows.map(cells)].map((line) => `| ${line.join(' | ')} |`).join('\n');
