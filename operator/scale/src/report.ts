import type { Measurements, Settings } from './measure.js';
import type { Measured } from './rotation.js';
import type { Memory } from './usage.js';

export interface About {
  readonly command: string;
  readonly date: string;
  readonly machine: string;
  /** Of the operator's image, as name=value. */
  readonly variables: readonly string[];
}

const one = (value: number): string => value.toFixed(1);
const both = ({ resident, anonymous }: Memory): string => `${one(resident)} (${one(anonymous)})`;

const row = (name: string, { rotation, standby, acknowledged, processor, highestMemory, writes }: Measured): string => {
  const count = writes.reduce((sum, [, number]) => sum + number, 0);
  return `| ${name} | ${one(rotation)} | ${one(standby)} | ${acknowledged} | ${one(processor)} | ${both(highestMemory)} | ${count} |`;
};

const calls = ({ calls: counted }: Measured): string =>
  [...counted]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, count]) => `| ${name} | ${count} |`)
    .join('\n');

/** The report. Pure. */
export const report = (about: About, { workloads, pods, namespaces }: Settings, measured: Measurements): string => {
  const { podBytes, load, memoryAtStart, first, shared, each, idle, highest } = measured;
  return `# Scale

The operator with ${workloads} workloads and ${pods} pods in ${namespaces} namespaces. The API server is real
(infra/cluster); pods are written objects of ${podBytes} bytes each as JSON, and one process answers receipts and canaries for
all of them, each at its own loopback address. The operator is a process of its own with the service account and the Roles that
its pod has, and the variables of its image (\`${about.variables.join(' ')}\`).

\`\`\`
${about.command}
\`\`\`

${about.date}, ${about.machine}; load before the first rotation ${one(load)}. API server, etcd, pods and operator share these
cores, and whatever else the load is of. Aimed at: a rotation in 60 s, 150 MiB.

| rotation | s to complete | s more until the next standby is proven | acknowledged | processor s of the operator | highest resident MiB (without files) | API writes |
| --- | --- | --- | --- | --- | --- | --- |
${shared.map((each, index) => row(`${index + 1}`, each)).join('\n')}
${row('no issuer answers: each pod fetches the ring from the operator', each)}

From the start of the operator until every pod has proved the first standby: ${one(first)} s.

Resident memory: ${both(memoryAtStart)} MiB without a pod, at most ${both(highest)} MiB with all of them; in brackets without the pages
of files, which are those of Node itself. In the
${one(idle.seconds)} s after it, the last look at all processes included: ${one(idle.processor)} s of processor time, ${both(idle.memory)} MiB.

## Calls to the API server, first rotation and its standby

| call | count |
| --- | --- |
${shared.slice(0, 1).map(calls).join('')}

Writes grow with rings, steps and namespaces, not with pods: a step writes the truth once and a projection in each namespace; the
rest is the status of the ring and of its run, and Events. The lease is written by time.
`;
};
