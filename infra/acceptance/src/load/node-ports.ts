import type { KubeObject } from '@keyturn/operator/kubernetes';
import type { Kubernetes } from '../cluster/kubernetes.js';
import { RELEASE } from '../cluster/release.js';
import type { ServiceUrls } from './front.js';

const nodePortService = (app: string): object => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: `acceptance-${app}` },
  spec: {
    type: 'NodePort',
    selector: { 'app.kubernetes.io/name': app, 'app.kubernetes.io/instance': RELEASE },
    ports: [{ name: 'http', port: 80, targetPort: 'http' }],
  },
});

interface NodeObject {
  readonly status: { readonly addresses: readonly { readonly type: string; readonly address: string }[] };
}

/** Lets this machine reach services through a node: by their selectors, as their own Services do. `more`: besides those of every release. */
export const openNodePorts = async (
  kubernetes: Kubernetes,
  nodeAddress?: string,
  ...more: readonly string[]
): Promise<ServiceUrls> => {
  const services = ['auth', 'tasks', 'web', ...more];
  await kubernetes.apply(...services.map(nodePortService));
  const { items } = await kubernetes.get<{ items: NodeObject[] }>('nodes');
  const internal = items[0]?.status.addresses.find(({ type }) => type === 'InternalIP')?.address;
  const host = nodeAddress ?? internal ?? '127.0.0.1';
  const urls = services.map(async (app) => {
    const { spec } = await kubernetes.get<KubeObject & { spec: { ports: { nodePort: number }[] } }>(
      'service',
      `acceptance-${app}`,
    );
    return [app, `http://${host.includes(':') ? `[${host}]` : host}:${spec.ports[0]?.nodePort}`] as const;
  });
  return Object.fromEntries(await Promise.all(urls)) as unknown as ServiceUrls;
};
