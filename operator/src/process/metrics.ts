import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { EngineEvent } from '../engine/index.js';
import { heldMetrics } from './held-metrics.js';
import { scheduleMetrics } from './schedule-metrics.js';

export interface OperatorMetrics {
  readonly registry: Registry;
  record(event: EngineEvent): void;
  /** Another operator looks after the rings from now on: what was known of them grows old. */
  forgetRings(): void;
}

/** Prometheus metrics, all fed from the engine's events. Durations in seconds. */
export function createMetrics(now: () => number = Date.now): OperatorMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const schedule = scheduleMetrics(registry, now);
  const held = heldMetrics(registry);
  const about = (name: string, help: string, ...labelNames: string[]) => ({ name, help, labelNames, registers });
  const generation = new Gauge(about('keyturn_ring_generation', 'Generation of the truth', 'ring'));
  const steps = new Counter(about('keyturn_steps_total', 'Steps written', 'ring', 'step'));
  const conflicts = new Counter(about('keyturn_conflicts_total', 'Writes that somebody else won', 'ring'));
  const trouble = new Counter(about('keyturn_trouble_total', 'Turns that failed', 'ring', 'reason'));
  const runs = new Histogram({
    ...about('keyturn_run_duration_seconds', 'From request to end of a run', 'ring', 'phase'),
    buckets: [0.1, 0.3, 1, 3, 10, 30, 60, 300, 1800],
  });
  return {
    registry,
    record: (event) => {
      const { ring } = event;
      if (event.event === 'reported') {
        schedule.reported(event);
        held.reported(event);
      }
      if (event.event === 'truth-read') generation.set({ ring }, event.generation);
      if (event.event === 'step-written') steps.inc({ ring, step: event.step });
      if (event.event === 'conflict') conflicts.inc({ ring });
      if (event.event === 'trouble') trouble.inc({ ring, reason: event.reason });
      if (event.event === 'run-ended') runs.observe({ ring, phase: event.phase }, event.tookMs / 1000);
    },
    forgetRings: () => {
      generation.reset();
      schedule.forget();
      held.forget();
    },
  };
}
