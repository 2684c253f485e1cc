import { Gauge, type Registry } from 'prom-client';
import type { EngineEvent } from '../engine/index.js';

/** What holds a ring, seen from the operator: a process that hangs, or that nobody scrapes, tells nothing of itself. */
export function heldMetrics(registry: Registry) {
  const registers = [registry];
  const lagging = new Gauge({
    name: 'keyturn_ring_lagging_consumers',
    help: 'Consumers that have not proved the current generation',
    labelNames: ['ring'],
    registers,
  });
  const stalled = new Gauge({
    name: 'keyturn_ring_stalled',
    help: '1 while the condition Stalled is true, with its reason; absent = it is not',
    labelNames: ['ring', 'reason'],
    registers,
  });
  const last = new Map<string, string>();
  return {
    reported: ({ ring, lagging: count, stalled: reason }: EngineEvent & { event: 'reported' }): void => {
      lagging.set({ ring }, count);
      const before = last.get(ring);
      if (before !== undefined && before !== reason) stalled.remove({ ring, reason: before });
      if (reason === undefined) last.delete(ring);
      else {
        last.set(ring, reason);
        stalled.set({ ring, reason }, 1);
      }
    },
    forget: (): void => {
      last.clear();
      lagging.reset();
      stalled.reset();
    },
  };
}
