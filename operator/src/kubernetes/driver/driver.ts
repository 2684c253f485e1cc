import { isDeepStrictEqual } from 'node:util';
import { RING_NAME } from '@keyturn/keyring/document';
import { type ConsumerListing, type Driver, type Pace, type Trouble, Wake } from '../../engine/index.js';
import type { RingStatus } from '../../records/index.js';
import {
  type ApiClient,
  type CacheEvent,
  CONFIG_MAPS,
  type ConfigMap,
  collection,
  isApiError,
  item,
  KEY_RINGS,
  KEY_ROTATIONS,
  type KubeObject,
  PODS,
  ResourceCache,
  type Secret,
  SECRETS,
} from '../api/index.js';
import { workloadListing } from '../rollout/index.js';
import { KubernetesTruth, ORIGIN, RING, roleLabel } from '../truth/index.js';
import { EventRecorder } from './events.js';
import { readKeyRing } from './keyring-policy.js';
import { keyRingStatus, troubledStatus } from './keyring-status.js';
import { type Pod, podListing } from './pods.js';
import type { KeyRing, KeyRingStatus, KeyRotation } from './resources.js';
import { requestsIn } from './rotation-requests.js';
import { RunStore } from './run-store.js';

export interface KubernetesDriverOptions {
  readonly api: ApiClient;
  /** Of KeyRings, KeyRotations and truths. */
  readonly namespace: string;
  /** Names this process in Events. */
  readonly instance: string;
  readonly pace?: Pace;
  readonly observe?: (event: CacheEvent) => void;
}

/** A look costs the API server four reads and each process one: changes wake the engine, so it need not look often. */
const PACE: Pace = { idleMs: 30_000, heldMs: 5_000 };

/** Whether something happened that an engine could act on; its own writes of a status are not. */
const isNews = (now: KubeObject | undefined, before: KubeObject | undefined): boolean =>
  !now || !before || now.metadata.generation !== before.metadata.generation || now.metadata.uid !== before.metadata.uid;

/** The driver over one namespace of a cluster. `run` keeps its caches; before they are synced nothing else may be called. */
export class KubernetesDriver implements Driver {
  readonly pace: Pace;
  readonly truth: KubernetesTruth;
  private readonly wake = new Wake();
  private readonly keyRings: ResourceCache<KeyRing>;
  private readonly rotations: ResourceCache<KeyRotation>;
  /** Projections: which rings there are, next to those that have a KeyRing. */
  private readonly projections: ResourceCache<ConfigMap>;
  private readonly store: RunStore;
  private readonly events: EventRecorder;
  /** Generation of the spec that was read last. */
  private readonly specs = new Map<string, number | undefined>();

  constructor(private readonly options: KubernetesDriverOptions) {
    const { api, namespace, observe, instance } = options;
    this.pace = options.pace ?? PACE;
    const woken = {
      api,
      ...(observe && { observe }),
      onChange: (now?: KubeObject, before?: KubeObject) => this.heard(now, before),
    };
    this.keyRings = new ResourceCache<KeyRing>({ ...woken, path: collection(KEY_RINGS, namespace) });
    this.rotations = new ResourceCache<KeyRotation>({ ...woken, path: collection(KEY_ROTATIONS, namespace) });
    this.projections = new ResourceCache<ConfigMap>({
      ...woken,
      path: collection(CONFIG_MAPS, namespace),
      query: { labelSelector: `${RING},${ORIGIN}=${namespace}` },
    });
    this.events = new EventRecorder(api, namespace, instance);
    this.store = new RunStore({ api, namespace, cache: this.rotations, events: this.events });
    this.truth = new KubernetesTruth({
      api,
      namespace,
      namespaces: (ring) => this.namespacesOf(ring),
      isKnown: (ring) => this.knownRings().includes(ring),
    });
  }

  private heard(now: KubeObject | undefined, before: KubeObject | undefined): void {
    if (isNews(now, before)) this.wake.wake();
  }

  /** Keeps the caches until the signal fires. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.keyRings, this.rotations, this.projections].map((cache) => cache.run(signal)));
    await this.events.settled();
  }

  /** Resolves when everything was listed once, or the signal fires. */
  async synced(signal: AbortSignal): Promise<void> {
    const caches = [this.keyRings, this.rotations, this.projections];
    while (!signal.aborted && !caches.every(({ synced }) => synced)) await this.wake.changed(50, signal);
  }

  /** Rings that have a policy or a projection. */
  knownRings(): string[] {
    const names = [
      ...this.keyRings.values().map(({ metadata }) => metadata.name),
      ...this.projections.values().map(({ metadata }) => metadata.labels?.[RING] ?? ''),
    ];
    return [...new Set(names)].filter((name) => RING_NAME.test(name)).sort();
  }

  async rings(): Promise<readonly string[]> {
    const asked = requestsIn(this.rotations.values()).map(({ ring }) => ring);
    return [...new Set([...this.knownRings(), ...asked])];
  }

  async policy(ring: string) {
    const { api, namespace } = this.options;
    const keyRing = this.keyRings.get(ring);
    if (!keyRing) {
      this.specs.delete(ring);
      return undefined;
    }
    this.specs.set(ring, keyRing.metadata.generation);
    const exists = this.projections.values().some(({ metadata }) => metadata.labels?.[RING] === ring);
    return readKeyRing(keyRing, exists ? undefined : (name) => api.get<Secret>(item(SECRETS, namespace, name)));
  }

  private namespacesOf(ring: string): readonly string[] | undefined {
    const keyRing = this.keyRings.get(ring);
    return keyRing && (keyRing.spec.consumers?.namespaces ?? []);
  }

  /** A quorum list: a pod that exists is on it. Pages are reduced one by one, whatever a pod's whole object takes. */
  async consumers(ring: string): Promise<readonly ConsumerListing[]> {
    const { api, namespace } = this.options;
    const others = this.namespacesOf(ring) ?? (await this.truth.recordedNamespaces(ring));
    const query = {
      labelSelector: roleLabel(ring),
      fieldSelector: 'status.phase!=Succeeded,status.phase!=Failed',
    };
    const listings: ConsumerListing[] = [];
    for (const name of new Set([namespace, ...others])) {
      for await (const { items } of api.list<Pod>(collection(PODS, name), { query })) {
        listings.push(...items.flatMap((pod) => podListing(ring, namespace, pod) ?? []));
      }
    }
    return [...listings, ...(await this.workloads(ring))];
  }

  /** Workloads that prove a ring by a rollout; those that are only waited for are in the policy. */
  private workloads(ring: string): Promise<ConsumerListing[]> {
    const named = this.keyRings.get(ring)?.spec.consumers?.workloads ?? [];
    const rolled = named.filter(({ proof }) => proof === 'Rollout');
    return Promise.all(rolled.map((workload) => workloadListing(this.options, workload)));
  }

  async requests(ring: string) {
    return requestsIn(this.rotations.values().filter(({ spec }) => spec.ringRef.name === ring));
  }

  forget(request: Parameters<Driver['forget']>[0]): Promise<void> {
    return this.store.forget(request);
  }

  async runs(ring: string) {
    return this.store.runs(ring);
  }

  putRun(run: Parameters<Driver['putRun']>[0]): Promise<void> {
    return this.store.put(run);
  }

  removeRun(run: Parameters<Driver['removeRun']>[0]): Promise<void> {
    return this.store.remove(run);
  }

  putStatus(status: RingStatus): Promise<void> {
    return this.writeStatus(status.ring, (before, generation) => keyRingStatus(status, before, generation));
  }

  putTrouble(ring: string, trouble: Trouble): Promise<void> {
    const now = new Date().toISOString();
    return this.writeStatus(ring, (before, generation) => troubledStatus(trouble, before, generation, now));
  }

  changed(ms: number, signal: AbortSignal): Promise<void> {
    return this.wake.changed(ms, signal);
  }

  /** Only when it says something new. A conflict means that somebody edits the policy: the next turn says it again. */
  private async writeStatus(
    ring: string,
    next: (before: KeyRingStatus | undefined, generation: number | undefined) => KeyRingStatus,
  ): Promise<void> {
    const { api, namespace } = this.options;
    const keyRing = this.keyRings.get(ring);
    if (!keyRing) return;
    const status = next(keyRing.status, this.specs.get(ring));
    if (isDeepStrictEqual(status, keyRing.status)) return;
    try {
      const stored = await api.replace<KeyRing>(item(KEY_RINGS, namespace, ring, 'status'), { ...keyRing, status });
      this.keyRings.observe(stored);
      this.tell(keyRing, stored);
    } catch (error) {
      if (!isApiError(error, 'conflict', 'notFound')) throw error;
      const found = await api.get<KeyRing>(item(KEY_RINGS, namespace, ring));
      if (found) this.keyRings.observe(found);
    }
  }

  /** That a ring is stalled, or no longer, and that it is ready, or no longer. */
  private tell(before: KeyRing, after: KeyRing): void {
    for (const { type, status, reason, message } of after.status?.conditions ?? []) {
      const old = before.status?.conditions?.find((condition) => condition.type === type);
      if (type === 'Progressing' || (old?.status === status && (old.reason === reason || status === 'False'))) continue;
      if (!old && type === 'Stalled' && status === 'False') continue;
      const bad = (type === 'Stalled') === (status === 'True');
      this.events.tell({ kind: 'KeyRing', object: after, type: bad ? 'Warning' : 'Normal', reason, message });
    }
  }
}
