import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Kubernetes } from '../cluster/kubernetes.js';
import { ROOT } from '../programs.js';

const FOLDER = join(ROOT, 'infra/acceptance/test-results');

const ASKED = [
  ['get', 'events', '--sort-by=.lastTimestamp'],
  ['get', 'pods', '-o', 'wide'],
];
const PODS = ['get', 'pods', '--selector=app.kubernetes.io/part-of=keyturn', '-o', 'name'];

/** Keeps what the cluster says of itself, for whoever looks for the cause of a failure: events, pods, and all logs. */
export const keepEvidence = async (kubernetes: Kubernetes, what: string): Promise<void> => {
  const pods = (await kubernetes.kubectl(PODS).catch(() => '')).split('\n').filter((pod) => pod !== '');
  // One by one: a pod that has just begun has no logs yet, which is an error.
  const logs = pods.map((pod) => ['logs', pod, '--all-containers', '--prefix', '--tail=-1']);
  const said = await Promise.all([...ASKED, ...logs].map((args) => kubernetes.kubectl(args).catch(String)));
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, `${what.replaceAll(/[^a-z]+/gi, '-')}.log`), said.join('\n\n'));
};
