/**
 * An operator that ends itself with SIGKILL at a chosen point: `killable-operator.mjs <state> <n>`. Points are the moments
 * before and after each write of its driver, counted from the start; 0 = never. It uses the built package, as a real
 * operator does, and its driver is the shipped one.
 */
import { createLocalDriver, httpProcesses, runEngine } from '@keyturn/operator';

const [state, killAt] = [process.argv[2], Number(process.argv[3])];
let points = 0;

const point = (name) => {
  points += 1;
  if (points !== killAt) return;
  process.stdout.write(`${JSON.stringify({ killedAt: name })}\n`);
  process.kill(process.pid, 'SIGKILL');
};

const around =
  (name, method) =>
  async (...args) => {
    point(`before ${name}`);
    const result = await method(...args);
    point(`after ${name}`);
    return result;
  };

const driver = createLocalDriver(state, () => undefined);
const wrapped = {
  ...driver,
  truth: {
    ...driver.truth,
    write: around('the write of the truth', driver.truth.write),
    project: around('the projection', driver.truth.project),
  },
  putRun: around('the record of a run', driver.putRun),
  removeRun: around('the removal of a run', driver.removeRun),
  forget: around('the removal of a request', driver.forget),
  putStatus: around('the status', driver.putStatus),
};
const observe = ({ event }) => {
  if (event === 'listed' || event === 'asked' || event === 'step-planned') point(event);
};

process.stdout.write('{"started":true}\n');
await runEngine({ driver: wrapped, processes: httpProcesses, now: Date.now, observe }, new AbortController().signal);
