import { againstRotation } from '../ledger/judge.js';
import type { Latency } from '../ledger/latency.js';
import type { CampaignResult } from './result.js';

const count = (n: number): string => n.toLocaleString('en-US');

/** `1 rotation`, `2 rotations`. */
const some = (n: number, noun: string): string => `${count(n)} ${noun}${n === 1 ? '' : 's'}`;

export const totalRotations = ({ rotations }: CampaignResult): number =>
  Object.values(rotations).reduce((sum, n) => sum + n, 0);

const latency = ({ requests, p50, p95, p99, max }: Latency): string =>
  `p50 ${p50.toFixed(1)}, p95 ${p95.toFixed(1)}, p99 ${p99.toFixed(1)}, max ${max.toFixed(0)} ms over ${some(requests, 'request')}`;

/** What came of a campaign, in a few lines for a terminal. */
export function summary(name: string, result: CampaignResult): string {
  const { verdict, rotations, requests, tookMs } = result;
  const faults = verdict.owedToFaults.filter(({ failures }) => failures > 0);
  const rings = Object.entries(rotations).map(([ring, n]) => `${ring} ${n}`);
  return [
    `${name}: ${some(requests, 'request')} and ${some(totalRotations(result), 'rotation')} (${rings.join(', ')}) in ${Math.round(tookMs / 1_000)} s; tokens of ${some(result.kids, 'key')}`,
    `  against rotation: ${againstRotation(verdict)}, of these logouts: ${verdict.logouts.length}`,
    `  latency during rotations: ${latency(result.latency.inside)}`,
    `  latency at other times:   ${latency(result.latency.outside)}`,
    ...(verdict.late > 0 ? [`  ended by themselves before their answer came: ${verdict.late}`] : []),
    ...faults.map(
      ({ fault, failures, by }) =>
        `  owed to "${fault.name}" (${fault.until - fault.from} ms): ${failures} (${Object.entries(by)
          .map(([what, n]) => `${what}: ${n}`)
          .join(', ')})`,
    ),
    `  faults without any failure: ${verdict.owedToFaults.length - faults.length}`,
    '',
  ].join('\n');
}
