import type { RingNode } from '../ring-node.js';

const HEAD = [
  ['keyturn_ring_loaded_generation', 'Generation in memory, caches flushed'],
  ['keyturn_ring_durable_generation', "Generation in the pod's own file"],
  ['keyturn_ring_ready', 'Whether the process may serve with this ring'],
] as const;

/** The rings of this process in Prometheus' text format. */
export const ringMetrics = async (nodes: readonly RingNode[]): Promise<string> => {
  const rows = await Promise.all(
    nodes.map(async (node) => {
      const { ring, role, loaded, durable } = await node.receipt();
      return { labels: `{ring="${ring}",role="${role}"}`, values: [loaded, durable, node.ready() ? 1 : 0] };
    }),
  );
  const lines = HEAD.flatMap(([name, help], index) => [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} gauge`,
    ...rows.map(({ labels, values }) => `${name}${labels} ${values[index]}`),
  ]);
  return rows.length === 0 ? '' : `${lines.join('\n')}\n`;
};
