import { type PublicRingDocument } from '@keyturn/keyring/document';
import {
  abortId,
  type KeyRing,
  type KeyRotation,
  type KeyRotationSpec,
  type Pod,
  podListing,
  REQUESTED_AT,
  REQUESTED_BY,
  ringStatusOf,
  runOf,
} from '../kubernetes/driver/index.js';
import {
  type ApiClient,
  collection,
  isApiError,
  item,
  KEY_RINGS,
  KEY_ROTATIONS,
  type KubeObject,
  type Lease,
  LEASES,
  PODS,
  type Resource,
} from '../kubernetes/api/index.js';
import { destroyRing, KubernetesTruth, roleLabel } from '../kubernetes/truth/index.js';
import type { RotationRequest, RunRecord } from '../records/index.js';
import { FINAL_PHASES } from '../records/index.js';
import type { Backend, ListedConsumer } from './backend.js';
import { CommandError, EXIT } from './exit-codes.js';
import { NEVER } from './operator-seen.js';

export interface KubernetesBackendOptions {
  readonly api: ApiClient;
  readonly namespace: string;
  /** Name of the context, for messages. */
  readonly context: string;
  /** Name of the operator's Lease: its renewal says that an operator is at work. */
  readonly leaseName: string;
}

const begun = (run: RunRecord): string => run.timeline[0]?.at ?? '';

/** A namespace of a cluster, by the custom resources in it. */
export class KubernetesBackend implements Backend {
  readonly place: string;
  readonly keepsRequests = true;

  constructor(private readonly options: KubernetesBackendOptions) {
    this.place = `namespace ${options.namespace} (${options.context})`;
  }

  async rings() {
    const [keyRings, seenAt] = await Promise.all([this.all<KeyRing>(KEY_RINGS), this.operatorSeenAt()]);
    return keyRings
      .flatMap((keyRing) => ringStatusOf(keyRing, seenAt) ?? [])
      .sort((a, b) => (a.ring < b.ring ? -1 : 1));
  }

  async ring(name: string) {
    return (await this.rings()).find(({ ring }) => ring === name);
  }

  async runs(ring?: string): Promise<readonly RunRecord[]> {
    const rotations = await this.all<KeyRotation>(KEY_ROTATIONS);
    const runs = rotations.flatMap((rotation) => runOf(rotation) ?? []);
    return runs.filter((run) => ring === undefined || run.ring === ring).sort((a, b) => (begun(a) > begun(b) ? -1 : 1));
  }

  async run(id: string): Promise<RunRecord | undefined> {
    const [name = id, abort] = id.endsWith('.abort') ? [id.slice(0, -'.abort'.length), true] : [id, false];
    const rotation = await this.one<KeyRotation>(KEY_ROTATIONS, name);
    return rotation && (abort ? abortRun(id, rotation) : runOf(rotation));
  }

  async submit(request: RotationRequest): Promise<RotationRequest> {
    if (request.kind === 'abort') return this.abort(request);
    const { namespace, api } = this.options;
    const rotation = {
      apiVersion: 'keyturn.dev/v1alpha1',
      kind: 'KeyRotation',
      metadata: {
        name: request.id,
        namespace,
        annotations: { [REQUESTED_AT]: request.requestedAt, [REQUESTED_BY]: request.requestedBy },
      },
      spec: specOf(request),
    };
    await this.reach(() => api.create(collection(KEY_ROTATIONS, namespace), rotation));
    return request;
  }

  async consumers(): Promise<readonly ListedConsumer[]> {
    const found = new Map<string, ListedConsumer>();
    for (const keyRing of await this.all<KeyRing>(KEY_RINGS)) {
      const ring = keyRing.metadata.name;
      for (const pod of await this.podsOf(keyRing)) {
        const listing = podListing(ring, this.options.namespace, pod);
        if (!listing) continue;
        const { name, managementUrl, role, state } = listing;
        const rings = { ...found.get(name)?.rings, [ring]: role };
        found.set(name, { name, managementUrl, alive: state === 'running', rings });
      }
    }
    return [...found.values()];
  }

  /** Through the API server: a pod's address is for the cluster's own network. */
  async answers({ name }: ListedConsumer): Promise<number | undefined> {
    const [pod = name, namespace = this.options.namespace] = name.split('/').toReversed();
    const path = `${item(PODS, namespace, `${pod}:9000`, 'proxy')}/keyturn/v1/rings`;
    try {
      return (await this.options.api.get(path, { timeoutMs: 3_000 })) ? 200 : 404;
    } catch (error) {
      return isApiError(error) ? error.detail.status : undefined;
    }
  }

  publicDocument(ring: string): Promise<PublicRingDocument | undefined> {
    const { api, namespace } = this.options;
    return this.reach(() => new KubernetesTruth({ api, namespace }).readProjection(ring));
  }

  /** Never under a policy or a process that still uses it. */
  async destroy(ring: string): Promise<readonly string[]> {
    const { api, namespace } = this.options;
    if (await this.one<KeyRing>(KEY_RINGS, ring)) {
      throw new CommandError(`The KeyRing ${ring} is still there. First: kubectl delete keyring ${ring}`, EXIT.refused);
    }
    const pods = await this.all<Pod>(PODS, { labelSelector: roleLabel(ring) });
    if (pods.length > 0) {
      const names = pods.slice(0, 5).map(({ metadata }) => metadata.name);
      throw new CommandError(`Pods still use ${ring}: ${names.join(', ')} (${pods.length} in all).`, EXIT.refused);
    }
    return this.reach(() => destroyRing(api, namespace, ring));
  }

  /** An abort is said on the rotation that is meant. */
  private async abort(request: RotationRequest): Promise<RotationRequest> {
    const { api, namespace } = this.options;
    const open = (await this.runs(request.ring)).filter(
      ({ kind, phase }) => kind === 'rotate' && !FINAL_PHASES.has(phase),
    );
    const run = open.find(({ phase }) => phase !== 'Queued') ?? open[0];
    if (!run) throw new CommandError(`abort ${request.ring}: no rotation is under way.`, EXIT.refused);
    await this.reach(() => api.patch(item(KEY_ROTATIONS, namespace, run.id), { spec: { abort: true } }));
    return { ...request, id: abortId(run.id) };
  }

  private async podsOf(keyRing: KeyRing): Promise<Pod[]> {
    const query = { labelSelector: roleLabel(keyRing.metadata.name) };
    const namespaces = new Set([this.options.namespace, ...(keyRing.spec.consumers?.namespaces ?? [])]);
    const lists = await Promise.all([...namespaces].map((name) => this.all<Pod>(PODS, query, name)));
    return lists.flat();
  }

  /** An operator renews its lease every few seconds; it writes no status for that. */
  private async operatorSeenAt(): Promise<string> {
    const lease = await this.one<Lease>(LEASES, this.options.leaseName);
    return lease?.spec?.holderIdentity ? (lease.spec.renewTime ?? NEVER) : NEVER;
  }

  private one<T extends KubeObject>(resource: Resource, name: string): Promise<T | undefined> {
    return this.reach(() => this.options.api.get<T>(item(resource, this.options.namespace, name)));
  }

  private all<T extends KubeObject>(resource: Resource, query = {}, namespace = this.options.namespace): Promise<T[]> {
    return this.reach(async () => {
      const found: T[] = [];
      for await (const { items } of this.options.api.list<T>(collection(resource, namespace), { query }))
        found.push(...items);
      return found;
    });
  }

  private async reach<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!isApiError(error)) throw error;
      const missing = isApiError(error, 'notFound') ? ' Are the custom resources of Keyturn installed?' : '';
      const refused = isApiError(error, 'invalid', 'forbidden', 'alreadyExists');
      const code = refused ? EXIT.refused : EXIT.unreachable;
      throw new CommandError(`${error.message}.${missing}`, code, { passing: !refused && missing === '' });
    }
  }
}

function specOf(request: RotationRequest): KeyRotationSpec {
  const ringRef = { name: request.ring };
  if (request.kind === 'revoke') {
    const revoke = request.keys === 'all' ? { all: true as const } : { keys: request.keys };
    return { ringRef, reason: 'Compromised', revoke };
  }
  if (request.kind === 'retire') return { ringRef, reason: 'Manual', retire: { key: request.kid } };
  return { ringRef, reason: 'Manual', ...(request.kind === 'recover' && { recover: true }) };
}

/** The answer to an abort, as the run that answers a request; undefined until there is one. */
function abortRun(id: string, rotation: KeyRotation): RunRecord | undefined {
  const run = runOf(rotation);
  const answer = rotation.status?.abort ?? (run?.phase === 'Aborted' ? { phase: 'Complete', at: NEVER } : undefined);
  if (!run || !answer) return undefined;
  const { phase, at } = answer;
  const refused =
    'refused' in answer && answer.refused ? { refused: answer.refused as NonNullable<RunRecord['refused']> } : {};
  return {
    ...run,
    id,
    kind: 'abort',
    phase: phase as RunRecord['phase'],
    timeline: [{ at, event: phase }],
    ...refused,
  };
}
