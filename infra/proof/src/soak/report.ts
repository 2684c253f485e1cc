import type { CampaignResult } from '../campaign/result.js';
import type { Times } from '../campaign/setting.js';
import { totalRotations } from '../campaign/summary.js';
import { againstRotation, type FaultAccount } from '../ledger/judge.js';
import type { Latency } from '../ledger/latency.js';
import type { Machine } from './machine.js';

export interface SoakReport {
  readonly command: string;
  readonly date: string;
  readonly machine: Machine;
  readonly times: Times;
  readonly campaigns: readonly { readonly algorithm: string; readonly result: CampaignResult }[];
}

const count = (n: number): string => n.toLocaleString('en-US');
const seconds = (ms: number): string => `${ms / 1_000} s`;
const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);

const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** The page, in Markdown. */
export function soakReport(report: SoakReport): string {
  const results = report.campaigns.map(({ result }) => result);
  const failed = sum(results.map(({ verdict }) => againstRotation(verdict)));
  const logouts = sum(results.map(({ verdict }) => verdict.logouts.length));
  const requests = sum(results.map((result) => result.requests));
  const rotations = sum(results.map(totalRotations));
  return [
    '# Soak: rotations under load',
    `**${count(requests)} requests, ${count(rotations)} rotations: ${count(failed)} failed because of a rotation, ${count(logouts)} of these were logouts.**`,
    setting(report),
    ...report.campaigns.map(({ algorithm, result }) => campaignSection(algorithm, result)),
    reading,
    '',
  ].join('\n\n');
}

const setting = ({ command, date, machine, times, campaigns }: SoakReport): string =>
  [
    `Made by \`${command}\` on ${date} in ${Math.round(sum(campaigns.map(({ result }) => result.tookMs)) / 60_000)} minutes: ${machine.system}, ${machine.cpu}, ${machine.memoryGiB} GiB, Node ${machine.node}. Users, platform and database share this machine.`,
    `Lives: access token ${seconds(times.tokenMs)}, session ${seconds(times.sessionMs)}, trusted device ${seconds(times.trustedDeviceMs)}, mail link ${seconds(times.mailLinkMs)}, issuer lease ${seconds(times.leaseMs)}; clock skew ${seconds(times.clockSkewMs)}, clock error ${seconds(times.clockErrorMs)}.`,
  ].join('\n\n');

const campaignSection = (algorithm: string, result: CampaignResult): string =>
  [
    `## Tokens with ${algorithm}`,
    table(
      ['what', 'how many'],
      [
        ['requests', count(result.requests)],
        ...Object.entries(result.rotations).map(([ring, n]) => [`rotations of ${ring}`, count(n)]),
        ['keys that signed tokens of users', count(result.kids)],
        ['time with a rotation under way', `${Math.round((100 * result.rotatingMs) / result.tookMs)} %`],
        ['counted against rotation', count(againstRotation(result.verdict))],
        ['of these logouts', count(result.verdict.logouts.length)],
        ['ended by themselves while they waited for an answer', count(result.verdict.late)],
      ],
    ),
    table(
      ['latency in ms', 'requests', 'p50', 'p95', 'p99', 'max'],
      [latencyRow('during a rotation', result.latency.inside), latencyRow('at other times', result.latency.outside)],
    ),
    table(
      ['operation', 'requests'],
      Object.entries(result.operations).map(([name, n]) => [name, count(n)]),
    ),
    table(['what was broken', 'times', 'requests that failed for it', 'how'], faultRows(result.verdict.owedToFaults)),
  ].join('\n\n');

const latencyRow = (name: string, { requests, p50, p95, p99, max }: Latency): (string | number)[] => [
  name,
  count(requests),
  ...[p50, p95, p99, max].map((ms) => ms.toFixed(1)),
];

/** One row for each kind of fault, the operator's points apart. */
function faultRows(accounts: readonly FaultAccount[]): (string | number)[][] {
  const groups = Map.groupBy(accounts, ({ fault }) => fault.name);
  return [...groups]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, group]) => {
      const by = new Map<string, number>();
      for (const [what, n] of group.flatMap((account) => Object.entries(account.by)))
        by.set(what, (by.get(what) ?? 0) + n);
      const statuses = Map.groupBy(by, ([what]) => what.split(' ').at(-1) ?? '');
      const how = [...statuses].map(([status, list]) => `${status}: ${sum(list.map(([, n]) => n))}`).join(', ');
      return [name, group.length, count(sum(group.map(({ failures }) => failures))), how || '–'];
    });
}

const reading = `## How to read it

A failed request is owed to a fault only if it met the fault's interval, failed in that fault's own way (no connection, 502, 503 or 504), and was for the very process, service or database that was down; everything else counts against the rotation, and a logout always does. The operator serves no user, so its deaths excuse nothing; neither do rollouts, which happen in order. The rules are \`infra/proof/src/ledger\`, and the negative controls of \`infra/proof/e2e\` show that they notice a rotation done wrong.`;
