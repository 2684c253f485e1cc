import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Kubernetes } from '../cluster/kubernetes.js';
import { ROOT } from '../programs.js';

const FOLDER = join(ROOT, 'infra/acceptance/test-results');

/** Keeps what the cluster says of itself, for whoever looks for the cause of a failure: events, pods, and all logs. */
export const keepEvidence = async (kubernetes: Kubernetes, what: string): Promise<void> => {
  const asked = [
    ['get', 'events', '--sort-by=.lastTimestamp'],
    ['get', 'pods', '-o', 'wide'],
    [
      'logs',
      '--selector=app.kubernetes.io/part-of=keyturn',
      '--all-containers',
      '--prefix',
      '--tail=-1',
      '--max-log-requests=30',
    ],
  ];
  const said = await Promise.all(asked.map((args) => kubernetes.kubectl(args).catch(String)));
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, `${what.replaceAll(/[^a-z]+/gi, '-')}.log`), said.join('\n\n'));
};
