import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { EngineEvent } from '../engine/index.js';

export interface OperatorMetrics {
  readonly registry: Registry;
  record(event: EngineEvent): void;
}

/** Prometheus metrics, all fed from the engine's events. Durations in seconds. */
export function createMetrics(): OperatorMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const generation = new Gauge({
    name: 'keyturn_ring_generation',
    help: 'Generation of the truth',
    labelNames: ['ring'],
    registers,
  });
  const steps = new Counter({
    name: 'keyturn_steps_total',
    help: 'Steps written',
    labelNames: ['ring', 'step'],
    registers,
  });
  const conflicts = new Counter({
    name: 'keyturn_conflicts_total',
    help: 'Writes that somebody else won',
    labelNames: ['ring'],
    registers,
  });
  const trouble = new Counter({
    name: 'keyturn_trouble_total',
    help: 'Turns that failed',
    labelNames: ['ring', 'reason'],
    registers,
  });
  const runs = new Histogram({
    name: 'keyturn_run_duration_seconds',
    help: 'From request to end of a run',
    labelNames: ['ring', 'phase'],
    buckets: [0.1, 0.3, 1, 3, 10, 30, 60, 300, 1800],
    registers,
  });
  return {
    registry,
    record: (event) => {
      const { ring } = event;
      if (event.event === 'truth-read') generation.set({ ring }, event.generation);
      if (event.event === 'step-written') steps.inc({ ring, step: event.step });
      if (event.event === 'conflict') conflicts.inc({ ring });
      if (event.event === 'trouble') trouble.inc({ ring, reason: event.reason });
      if (event.event === 'run-ended') runs.observe({ ring, phase: event.phase }, event.tookMs / 1000);
    },
  };
}
