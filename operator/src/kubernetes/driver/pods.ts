import type { ConsumerListing } from '../../engine/index.js';
import type { KubeObject } from '../api/index.js';
import { roleLabel } from '../truth/index.js';

/** `v1` Pod, as far as a consumer is judged by it. */
export interface Pod extends KubeObject {
  readonly spec?: { readonly initContainers?: readonly { readonly name: string; readonly restartPolicy?: string }[] };
  readonly status?: {
    readonly phase?: string;
    readonly podIP?: string;
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
  };
}

interface ContainerStatus {
  readonly name: string;
  readonly restartCount?: number;
  readonly state?: { readonly running?: object; readonly terminated?: object };
  readonly lastState?: { readonly terminated?: object };
}

/** A label that says no role: the pod must not be left out by accident. */
export class ConsumerError extends Error {
  override readonly name = 'ConsumerError';
  readonly code = 'ERR_RECORD_FILE';
}

const ROLES: ReadonlySet<string> = new Set(['issuer', 'verifier', 'holder']);
const MANAGEMENT_PORT = 9000;

/** Nobody listens there: a pod without an address cannot be asked. */
export const NO_ADDRESS = 'http://[::]:1';

/**
 * A pod as a consumer of a ring; undefined when it has ended for good. One that is being deleted counts until it is gone.
 * Throws ConsumerError when its label says no role.
 */
export function podListing(ring: string, ownNamespace: string, pod: Pod): ConsumerListing | undefined {
  const { metadata, status } = pod;
  if (status?.phase === 'Succeeded' || status?.phase === 'Failed') return undefined;
  const label = roleLabel(ring);
  const role = metadata.labels?.[label] ?? '';
  if (!ROLES.has(role)) {
    throw new ConsumerError(
      `Pod ${metadata.namespace}/${metadata.name}: label ${label}: must be issuer, verifier or holder`,
    );
  }
  const named = (name: string): string =>
    metadata.namespace === ownNamespace ? name : `${metadata.namespace}/${name}`;
  return {
    name: named(metadata.name),
    podUid: metadata.uid ?? '',
    role: role as ConsumerListing['role'],
    workload: named(workloadOf(pod)),
    managementUrl: managementUrl(status?.podIP),
    labelled: true,
    state: stateOf(pod),
  };
}

/** What controls it: of a ReplicaSet, whose name is made of both, the Deployment. A pod that nothing controls is its own. */
function workloadOf({ metadata: { name, labels, ownerReferences } }: Pod): string {
  const controller = ownerReferences?.find((owner) => owner.controller);
  if (controller?.kind !== 'ReplicaSet') return controller?.name ?? name;
  const suffix = `-${labels?.['pod-template-hash'] ?? ''}`;
  return controller.name.endsWith(suffix) ? controller.name.slice(0, -suffix.length) : controller.name;
}

export function managementUrl(podIP: string | undefined): string {
  if (!podIP) return NO_ADDRESS;
  return `http://${podIP.includes(':') ? `[${podIP}]` : podIP}:${MANAGEMENT_PORT}`;
}

/**
 * What the kubelet reports. Init containers that end before the others begin take no part; sidecars do. A status that
 * says nothing about any container means that none has started.
 */
export function stateOf({ spec, status }: Pod): ConsumerListing['state'] {
  const sidecars = new Set(
    (spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always').map(({ name }) => name),
  );
  const counted = [
    ...(status?.containerStatuses ?? []),
    ...(status?.initContainerStatuses ?? []).filter(({ name }) => sidecars.has(name)),
  ];
  if (counted.some(({ state }) => state?.running)) return 'running';
  const hasRun = counted.some(
    ({ state, lastState, restartCount }) => state?.terminated || lastState?.terminated || (restartCount ?? 0) > 0,
  );
  return hasRun ? 'notRunning' : 'neverStarted';
}
