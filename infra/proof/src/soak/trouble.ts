import { SESSION_RING, TOKEN_RING } from '../campaign/setting.js';
import type { Injector } from '../faults/injector.js';
import { OPERATOR_POINTS } from '../faults/operator-points.js';

/** One thing that breaks, or is replaced in order. */
export type Trouble = (injector: Injector) => Promise<void>;

const OUTAGE_MS = 30_000;

const others: readonly Trouble[] = [
  (injector) => injector.kill('tasks-1'),
  (injector) => injector.restartDatabase('fast'),
  (injector) => injector.kill('auth-1'),
  (injector) => injector.rollOut('tasks'),
  (injector) => injector.kill('tasks-2'),
  (injector) => injector.restartDatabase('crash'),
  (injector) => injector.kill('auth-2'),
  (injector) => injector.rollOut('auth'),
  (injector) => injector.outage('auth', OUTAGE_MS),
];

/** Everything in turn, for ever: each point of the operator on both rings, between them what else can break. */
export function* troubles(): Generator<Trouble> {
  for (let round = 0; ; round++) {
    const ring = round % 2 === 0 ? TOKEN_RING : SESSION_RING;
    for (const [at, point] of OPERATOR_POINTS.entries()) {
      yield (injector) => injector.killOperatorAt(point, ring);
      const other = others[at % others.length];
      if (other && at < others.length) yield other;
    }
  }
}
