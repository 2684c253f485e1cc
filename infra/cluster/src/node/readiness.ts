import { get } from 'node:http';
import { administrator, type Parts } from '../control-plane/launch.js';
import { getFromApi } from '../control-plane/request.js';
import { runCommand } from '../processes/command.js';
import type { Crew } from '../processes/crew.js';
import type { Log } from '../binaries/provide.js';
import { containerdSocket, DOCKER, dockerSocket } from './configuration.js';
import { NETWORK, NODE_NAME } from './network.js';
import { podTroubles, type PodState } from './pods.js';

const PATIENCE_MS = 120_000;

/** A command that ends well, as a probe. */
const succeeds = (program: string, ...args: string[]): Promise<boolean> => runCommand(program, args).then(() => true);

export const awaitContainerd = (dir: string, crew: Crew): Promise<void> =>
  crew.await('answer from containerd', 'containerd', PATIENCE_MS, () =>
    succeeds('ctr', '--address', containerdSocket(dir), 'version'),
  );

export const awaitDocker = (dir: string, crew: Crew): Promise<void> =>
  crew.await('answer from dockerd', 'dockerd', PATIENCE_MS, () =>
    succeeds(DOCKER, '--host', `unix://${dockerSocket(dir)}`, 'version'),
  );

/**
 * After a crash the API server tells the past until the kubelet has caught up, so DNS is asked itself, through its service:
 * that takes a kubelet, a pod, and kube-proxy.
 */
export const awaitNode = async (parts: Parts, log: Log): Promise<void> => {
  const access = administrator(parts);
  const node = async (): Promise<NodeObject> =>
    JSON.parse((await getFromApi(access, `/api/v1/nodes/${NODE_NAME}`)).body) as NodeObject;
  await parts.crew.await(
    'ready node',
    'kubelet',
    PATIENCE_MS,
    async () => isReady(await node()),
    async () => `the node says: ${notReady(await node())}`,
  );
  log('the node is ready');
  const pods = async (): Promise<string> => {
    const { items } = JSON.parse((await getFromApi(access, '/api/v1/namespaces/kube-system/pods')).body) as PodList;
    const troubles = podTroubles(items).map(({ pod, why }) => `pod ${pod} is not ready: ${why}`);
    return troubles.join('\n') || `${items.length} pods of kube-system, all ready`;
  };
  const answers = (): Promise<boolean> => isOk(`http://${NETWORK.dns}:8181/ready`);
  await parts.crew.await('answer from cluster DNS', 'kube-proxy', PATIENCE_MS, answers, pods);
  log('DNS is ready, through kube-proxy');
};

/**
 * On a connection of its own: one that was made before kube-proxy's rules stays with whoever answered then, such as a
 * proxy on the way out of the machine.
 */
export const isOk = (url: string): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const options = { agent: false as const, signal: AbortSignal.timeout(1_000) };
    get(url, options, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    }).on('error', reject);
  });

interface PodList {
  readonly items: readonly PodState[];
}

interface NodeObject {
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
  };
}

export const isReady = ({ status }: NodeObject): boolean =>
  status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;

const notReady = ({ status }: NodeObject): string =>
  status?.conditions?.find(({ type }) => type === 'Ready')?.message ?? 'nothing yet';
