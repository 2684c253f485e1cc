import { Gauge, type Registry } from 'prom-client';
import type { EngineEvent } from '../engine/index.js';

/**
 * Whether the schedule is kept. A rotation that waits for a process is overdue for as long; one is never finished in the
 * second in which it is due, so an alert allows for a part of the interval.
 */
export function scheduleMetrics(registry: Registry, now: () => number) {
  const registers = [registry];
  const due = new Map<string, number>();
  const interval = new Gauge({
    name: 'keyturn_ring_rotation_interval_seconds',
    help: 'Time between two rotations by schedule; absent = on request only, or paused',
    labelNames: ['ring'],
    registers,
  });
  const overdue = new Gauge({
    name: 'keyturn_ring_rotation_overdue_seconds',
    help: 'For how long a rotation by schedule has been due; 0 = it is not',
    labelNames: ['ring'],
    registers,
    collect() {
      for (const [ring, at] of due) this.set({ ring }, Math.max(0, now() - at) / 1000);
    },
  });
  return {
    reported: ({ ring, nextRotation, intervalMs }: EngineEvent & { event: 'reported' }): void => {
      if (nextRotation !== null && intervalMs !== null) {
        due.set(ring, nextRotation);
        interval.set({ ring }, intervalMs / 1000);
        return;
      }
      due.delete(ring);
      overdue.remove({ ring });
      interval.remove({ ring });
    },
    forget: (): void => {
      due.clear();
      overdue.reset();
      interval.reset();
    },
  };
}
