import { createLocalDriver, httpProcesses, runEngine } from '@keyturn/operator';
import { pointOf } from './operator-points.js';

/**
 * A program: the shipped engine over a state directory, which kills itself with SIGKILL when it comes to a certain point
 * of one ring's protocol. Arguments: state directory, ring, point.
 */
const [state = '', ring = '', point = ''] = process.argv.slice(2);

const comeTo = (reached: string, of: string): void => {
  if (reached === point && of === ring) process.kill(process.pid, 'SIGKILL');
};

const driver = createLocalDriver(state, () => undefined);
const steps = new Map<string, string>();

/** The write of the truth has happened, and nobody has heard of it yet. */
const truth: typeof driver.truth = {
  ...driver.truth,
  write: async (document, signal) => {
    await driver.truth.write(document, signal);
    comeTo(`truth-written:${steps.get(document.ring)}`, document.ring);
  },
};

await runEngine(
  {
    driver: { ...driver, truth },
    processes: httpProcesses,
    now: Date.now,
    observe: (event) => {
      if (event.event === 'step-planned') steps.set(event.ring, event.step);
      comeTo(pointOf(event), event.ring);
    },
  },
  new AbortController().signal,
);
