/**
 * An operator that ends itself with SIGKILL at a chosen point: `killable-operator.mjs <port> <account> <namespace> <n>
 * [<text>]`, with the port of an API server on loopback and the folder of a service account, as a pod has it. Points are the
 * moments before and after each write of its driver, counted from the start; 0 = never. With a text only points that have it
 * in their name are counted. It uses the built package, as a real operator does, and its driver is the shipped one.
 */
import { httpProcesses, runEngine } from '@keyturn/operator';
import { createApiClient, inClusterConnection, KubernetesDriver } from '@keyturn/operator/kubernetes';

const [port, account, namespace, at, only = ''] = process.argv.slice(2);
const killAt = Number(at);
let points = 0;

const point = (name) => {
  if (!name.includes(only)) return;
  points += 1;
  if (points !== killAt) return;
  process.stdout.write(`${JSON.stringify({ killedAt: name })}\n`);
  process.kill(process.pid, 'SIGKILL');
};

const NAMES = {
  POST: 'a creation',
  PUT: 'an update',
  PATCH: 'a change',
  DELETE: 'a removal',
};
const kindOf = (path) => path.replace(/^.*\/namespaces\/[^/]+\//, '').replace(/\/[^/]+(\/status)?$/, '$1');

const api = createApiClient({ connection: await inClusterConnection('127.0.0.1', port, account) });
const around =
  (verb, method) =>
  async (path, ...args) => {
    // Events are told next to the work, so they would make the points come in another order each time.
    const counted = kindOf(path) !== 'events';
    if (counted) point(`before ${NAMES[verb]} of ${kindOf(path)}`);
    const result = await method.call(api, path, ...args);
    if (counted) point(`after ${NAMES[verb]} of ${kindOf(path)}`);
    return result;
  };
const counted = {
  get: api.get.bind(api),
  list: api.list.bind(api),
  watch: api.watch.bind(api),
  create: around('POST', api.create),
  replace: around('PUT', api.replace),
  patch: around('PATCH', api.patch),
  remove: around('DELETE', api.remove),
};
const observe = ({ event }) => {
  if (event === 'listed' || event === 'asked' || event === 'step-planned') point(event);
};

const { signal } = new AbortController();
const pace = { idleMs: 500, heldMs: 250 };
const driver = new KubernetesDriver({ api: counted, namespace, instance: `killable-${process.pid}`, pace });
void driver.run(signal);
await driver.synced(signal);
process.stdout.write('{"started":true}\n');
await runEngine({ driver, processes: httpProcesses, now: Date.now, observe }, signal);
