import type { RingNode, RingStanding } from '../ring-node.js';

interface Row extends RingStanding {
  readonly labels: string;
  readonly ready: boolean;
}

const seconds = (ms: number | undefined): number | undefined => (ms === undefined ? undefined : ms / 1000);

const METRICS: readonly (readonly [name: string, help: string, value: (row: Row) => number | undefined])[] = [
  ['keyturn_ring_loaded_generation', 'Generation in memory, caches flushed', ({ loaded }) => loaded],
  ['keyturn_ring_durable_generation', "Generation in the pod's own file", ({ durable }) => durable],
  ['keyturn_ring_ready', 'Whether the process may serve with this ring', ({ ready }) => Number(ready)],
  [
    'keyturn_ring_contact_age_seconds',
    'Since the last confirming read; at hardLimit the process answers 503',
    ({ contactAgeMs }) => seconds(contactAgeMs),
  ],
  [
    'keyturn_ring_lease_left_seconds',
    'For how long the process may sign without another confirming read',
    ({ leaseLeftMs }) => seconds(leaseLeftMs),
  ],
];

/** The rings of this process in Prometheus' text format. */
export const ringMetrics = (nodes: readonly RingNode[]): string => {
  const rows = nodes.map((node): Row => {
    const labels = `{ring="${node.ring}",role="${node.role}"}`;
    return { labels, ready: node.ready(), ...node.standing() };
  });
  const lines = METRICS.flatMap(([name, help, valueOf]) => {
    const values = rows.flatMap((row) => {
      const value = valueOf(row);
      return value === undefined ? [] : [`${name}${row.labels} ${value}`];
    });
    return values.length === 0 ? [] : [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, ...values];
  });
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
};
