import { setTimeout as sleep } from 'node:timers/promises';
import { type ControlPlane, startControlPlane } from '@keyturn/cluster';
import {
  type ApiClient,
  type Connection,
  collection,
  CUSTOM_RESOURCES,
  createApiClient,
  DEFINITIONS,
  isApiError,
  item,
  KEY_RINGS,
  type KubeObject,
  kubeconfigConnection,
  PODS,
  type Resource,
} from '@keyturn/operator/kubernetes';
import type { FleetPod } from './fleet.js';
import { podObject, runningStatus, type SimulatedPod } from './pod.js';

const NAMESPACES: Resource = { group: '', version: 'v1', plural: 'namespaces' };
const PATIENCE_MS = 30_000;
/** Requests to the API server at a time. */
const AT_ONCE = 24;

export interface ScaleStage {
  readonly plane: ControlPlane;
  readonly connection: Connection;
  readonly api: ApiClient;
}

/** Again while the API server refuses what it will take in a moment: definitions and namespaces take that long. */
export async function retried<T>(work: () => Promise<T>): Promise<T> {
  for (const end = performance.now() + PATIENCE_MS; ; await sleep(100)) {
    try {
      return await work();
    } catch (error) {
      const soon = isApiError(error, 'notFound', 'forbidden', 'busy', 'unreachable');
      if (!soon || performance.now() > end) throw error;
    }
  }
}

/** A control plane with the custom resources. */
export async function openStage(): Promise<ScaleStage> {
  const plane = await startControlPlane();
  const connection = await kubeconfigConnection({ file: plane.kubeconfig });
  const api = createApiClient({ connection });
  for (const definition of DEFINITIONS) await api.create(collection(CUSTOM_RESOURCES), definition);
  return { plane, connection, api };
}

export async function makeNamespaces(api: ApiClient, names: readonly string[]): Promise<void> {
  for (const name of names) await api.create(collection(NAMESPACES), { metadata: { name } });
}

/** A ring of the first namespace with consumers in all of them. */
export const makeRing = (api: ApiClient, ring: string, [home = '', ...others]: readonly string[]) =>
  api.create(collection(KEY_RINGS, home), {
    apiVersion: 'keyturn.dev/v1alpha1',
    kind: 'KeyRing',
    metadata: { name: ring },
    spec: { type: 'SigningKey', algorithm: 'ES256', consumers: { namespaces: others } },
  });

/** Writes the pods and what their kubelets would say of them. */
export async function writePods(api: ApiClient, ring: string, pods: readonly SimulatedPod[]): Promise<FleetPod[]> {
  const written: FleetPod[] = [];
  const at = new Date().toISOString();
  const waiting = pods.values();
  const worker = async (): Promise<void> => {
    for (const pod of waiting) {
      const { namespace, name, address, role } = pod;
      const made = await retried(() => api.create<KubeObject>(collection(PODS, namespace), podObject(pod, ring)));
      await api.patch(item(PODS, namespace, name, 'status'), { status: runningStatus(pod, at) });
      written.push({ address, role, podUid: made.metadata.uid ?? '' });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return written;
}
