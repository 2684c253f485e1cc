import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { LAGGARD_REASONS, REFUSAL_REASONS } from '../src/planner/index.js';
import { createMetrics } from '../src/process/metrics.js';
import { CONDITION_REASONS, RUN_PHASES } from '../src/records/index.js';

const PAGE = readFileSync(fileURLToPath(new URL('../../docs/operations/conditions.md', import.meta.url)), 'utf8');

/** The rows of the table under a heading of which one column says what to do: first cell, last cell. */
const rows = (heading: string): string[][] => {
  const table =
    PAGE.slice(PAGE.indexOf(heading))
      .split('\n\n')
      .find((block) => block.startsWith('|')) ?? '';
  return table
    .split('\n')
    .slice(2)
    .filter((line) => line !== '')
    .map((line) => line.split('|').map((cell) => cell.trim()));
};

describe('the page about conditions', () => {
  it.each([
    ['## A ring', CONDITION_REASONS],
    ['## A run', RUN_PHASES],
    ['| why a request is refused', REFUSAL_REASONS],
    ['## A process that holds a ring', LAGGARD_REASONS],
  ] as const)('has under "%s" every reason that is ever said, and no other, with what to do', (heading, reasons) => {
    const found = rows(heading);
    expect(found.map(([, reason]) => reason).sort()).toEqual([...reasons].map((reason) => `\`${reason}\``).sort());
    for (const cells of found) expect(cells.filter((cell) => cell !== '')).toHaveLength(3);
  });
});

describe('a rotation that is overdue', () => {
  const overdue = async (metrics: ReturnType<typeof createMetrics>): Promise<string | undefined> =>
    /^keyturn_ring_rotation_overdue_seconds\{ring="tokens"\} (.*)$/m.exec(await metrics.registry.metrics())?.[1];

  it('is a metric that grows, beside the interval; a ring that rotates, pauses or changes its leader has none', async () => {
    let now = 1_000_000;
    const metrics = createMetrics(() => now);
    const about = { event: 'reported', ring: 'tokens', generation: 1, lagging: 0, stalled: undefined } as const;
    metrics.record({ ...about, nextRotation: 1_060_000, intervalMs: 600_000 });
    expect(await overdue(metrics)).toBe('0');
    now = 1_090_000;
    expect(await overdue(metrics)).toBe('30');
    expect(await metrics.registry.metrics()).toContain('keyturn_ring_rotation_interval_seconds{ring="tokens"} 600');
    metrics.record({ ...about, nextRotation: 1_660_000, intervalMs: 600_000 });
    expect(await overdue(metrics)).toBe('0');
    metrics.record({ ...about, nextRotation: null, intervalMs: 600_000 });
    expect(await overdue(metrics)).toBeUndefined();
    metrics.record({ ...about, nextRotation: 1_000_000, intervalMs: 600_000 });
    metrics.forgetRings();
    expect(await overdue(metrics)).toBeUndefined();
  });
});

describe('what holds a ring', () => {
  it('is a metric: how many processes, and why nothing goes on, for as long as it is so and the operator leads', async () => {
    const metrics = createMetrics();
    const told = async () => (await metrics.registry.metrics()).match(/^keyturn_ring_(?:lagging|stalled).*$/gm);
    const about = { event: 'reported', ring: 'tokens', generation: 1, nextRotation: null, intervalMs: null } as const;
    metrics.record({ ...about, lagging: 2, stalled: undefined });
    expect(await told()).toEqual(['keyturn_ring_lagging_consumers{ring="tokens"} 2']);
    metrics.record({ ...about, lagging: 1, stalled: 'ReceiptsBehind' });
    metrics.record({ ...about, lagging: 1, stalled: 'NoIssuer' });
    expect(await told()).toEqual([
      'keyturn_ring_lagging_consumers{ring="tokens"} 1',
      'keyturn_ring_stalled{ring="tokens",reason="NoIssuer"} 1',
    ]);
    metrics.record({ ...about, lagging: 0, stalled: undefined });
    expect(await told()).toEqual(['keyturn_ring_lagging_consumers{ring="tokens"} 0']);
    metrics.forgetRings();
    expect(await told()).toBeNull();
  });
});
