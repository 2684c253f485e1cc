import { digestOf, type Receipt } from '@keyturn/keyring';
import { toPublicDocument } from '@keyturn/keyring/document';
import type { ConsumerListing, OperatorTruth, ProcessClient } from '../../engine/index.js';
import { type ApiClient, collection, item, type KubeObject, PODS } from '../api/index.js';
import { NO_ADDRESS } from '../driver/pods.js';
import {
  checksumAnnotation,
  checksumOf,
  isRolledOut,
  selectorOf,
  type WorkloadObject,
  workloadResource,
} from './workload.js';

/** A pod without an address cannot be asked; thousands of attempts would cost as much as thousands of answers. */
const hasAddress = ({ managementUrl }: ConsumerListing): boolean => managementUrl !== NO_ADDRESS;

/** Addresses of consumers that are no processes. */
const SCHEME = 'rollout:';

export interface RolloutOptions {
  readonly api: ApiClient;
  readonly namespace: string;
  readonly truth: Pick<OperatorTruth, 'read'>;
}

/** A workload that proves a ring by a finished rollout, as a consumer. One that is missing is waited for. */
export async function workloadListing(
  { api, namespace }: Pick<RolloutOptions, 'api' | 'namespace'>,
  { kind, name }: { readonly kind: string; readonly name: string },
): Promise<ConsumerListing> {
  const found = await api.get(item(workloadResource(kind), namespace, name));
  return {
    name: `${kind}/${name}`,
    podUid: found?.metadata.uid ?? `missing ${kind}/${name}`,
    role: 'verifier',
    managementUrl: `${SCHEME}${kind}/${name}`,
    state: 'running',
  };
}

/**
 * Asks processes, and workloads that cannot be asked: their receipt is a finished rollout of pods that started with what
 * the ring says now. Asking begins the rollout.
 */
export function withRollouts(processes: ProcessClient, options: RolloutOptions): ProcessClient {
  const isWorkload = ({ managementUrl }: ConsumerListing): boolean => managementUrl.startsWith(SCHEME);
  return {
    receipt: async (consumer, ring, atLeast, signal) => {
      if (isWorkload(consumer)) return rolloutReceipt(consumer, ring, options);
      return hasAddress(consumer) ? processes.receipt(consumer, ring, atLeast, signal) : undefined;
    },
    // No path of verification can be asked; the rollout is all the proof that there is.
    canary: async (consumer, ring, credential, signal) =>
      isWorkload(consumer) ? { accepted: true } : processes.canary(consumer, ring, credential, signal),
    document: async (consumer, ring, signal) =>
      isWorkload(consumer) ? undefined : processes.document(consumer, ring, signal),
  };
}

async function rolloutReceipt(
  consumer: ConsumerListing,
  ring: string,
  options: RolloutOptions,
): Promise<Receipt | undefined> {
  const [document, workload] = await Promise.all([options.truth.read(ring), find(consumer, options)]);
  if (!document || !workload) return undefined;
  const wanted = { annotation: checksumAnnotation(ring), checksum: checksumOf(document) };
  const generation = (await isDone(consumer, workload, wanted, options)) ? document.generation : 0;
  return {
    ring,
    ringId: document.ringId,
    role: consumer.role,
    loaded: generation,
    durable: generation,
    kids: [],
    digest: digestOf(toPublicDocument(document)),
    podUid: consumer.podUid,
    bootId: wanted.checksum,
  };
}

const pathOf = ({ managementUrl }: ConsumerListing, namespace: string): string => {
  const [kind = '', name = ''] = managementUrl.slice(SCHEME.length).split('/');
  return item(workloadResource(kind), namespace, name);
};

const find = (consumer: ConsumerListing, { api, namespace }: RolloutOptions): Promise<WorkloadObject | undefined> =>
  api.get<WorkloadObject>(pathOf(consumer, namespace));

async function isDone(
  consumer: ConsumerListing,
  workload: WorkloadObject,
  { annotation, checksum }: { readonly annotation: string; readonly checksum: string },
  { api, namespace }: RolloutOptions,
): Promise<boolean> {
  if (workload.spec?.template?.metadata?.annotations?.[annotation] !== checksum) {
    const template = { metadata: { annotations: { [annotation]: checksum } } };
    await api.patch(pathOf(consumer, namespace), { spec: { template } });
    return false;
  }
  const query = { labelSelector: selectorOf(workload), fieldSelector: 'status.phase!=Succeeded,status.phase!=Failed' };
  const pods: KubeObject[] = [];
  for await (const { items } of api.list(collection(PODS, namespace), { query })) pods.push(...items);
  return isRolledOut(workload, pods, annotation, checksum);
}
