import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRingNode, type RingNode, type RingRole } from '@keyturn/keyring';
import { createManagementServer, type ManagementServer } from '@keyturn/keyring/management';
import {
  collection,
  isApiError,
  item,
  PODS,
  ResourceCache,
  type Secret,
  SECRETS,
} from '../../../src/kubernetes/api/index.js';
import type { Pod } from '../../../src/kubernetes/driver/index.js';
import { eventually } from '../../support/processes.js';
import type { ClusterStage } from './cluster-stage.js';

const PORT = 9000;
let addresses = 0;

/** Every process of this test file has an address of its own; files that run at the same time use other networks. */
function nextAddress(): string {
  addresses += 1;
  return `127.${10 + (process.pid % 200)}.${Math.floor(addresses / 250)}.${1 + (addresses % 250)}`;
}

const containerStatus = (state: object) => ({
  name: 'app',
  image: 'app',
  imageID: '',
  ready: true,
  restartCount: 0,
  started: true,
  state,
});

export interface ConsumerOptions {
  readonly ring?: string;
  /** Where the pod is; default: the ring's namespace. */
  readonly podNamespace?: string;
  /** Document servers, for those who do not read the truth. */
  readonly urls?: readonly string[];
  /** It mounts this Secret of its namespace, and does not read the truth: a holder outside the ring's namespace. */
  readonly mounts?: string;
}

/** Creates a pod that nothing runs; its status is what the test says. Waits for the namespace's service account. */
export async function createPod(stage: ClusterStage, namespace: string, name: string, labels: object): Promise<Pod> {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels },
    spec: { containers: [{ name: 'app', image: 'app' }], terminationGracePeriodSeconds: 0 },
  };
  return eventually(`pod ${name} can be created`, async () => {
    try {
      return await stage.api.create<Pod>(collection(PODS, namespace), pod);
    } catch (error) {
      if (isApiError(error, 'forbidden')) return undefined;
      throw error;
    }
  });
}

export async function setPodStatus(stage: ClusterStage, pod: Pod, status: object): Promise<void> {
  const { name, namespace } = pod.metadata;
  await stage.api.patch(item(PODS, namespace, name, 'status'), { status });
}

/** What a kubelet makes of a volume: the files of a Secret, each replaced as a whole. */
class SecretMount {
  private readonly stopped = new AbortController();
  private readonly running: Promise<void>;
  private writing: Promise<void> = Promise.resolve();

  constructor(stage: ClusterStage, namespace: string, name: string, folder: string) {
    const cache = new ResourceCache<Secret>({
      api: stage.api,
      path: collection(SECRETS, namespace),
      query: { fieldSelector: `metadata.name=${name}` },
      onChange: (secret) => {
        this.writing = this.writing.then(() => this.write(folder, secret?.data ?? {}));
      },
    });
    this.running = cache.run(this.stopped.signal);
  }

  async stop(): Promise<void> {
    this.stopped.abort();
    await this.running;
    await this.writing;
  }

  private async write(folder: string, data: Readonly<Record<string, string>>): Promise<void> {
    await mkdir(folder, { recursive: true });
    for (const [name, value] of Object.entries(data)) {
      await writeFile(join(folder, `${name}.new`), Buffer.from(value, 'base64'), { mode: 0o600 });
      await rename(join(folder, `${name}.new`), join(folder, name));
    }
  }
}

/** A real ring node behind a real management port, at the address that its Pod object says. */
export class ClusterConsumer {
  private constructor(
    readonly pod: Pod,
    readonly address: string,
    readonly node: RingNode,
    private management: ManagementServer,
    private readonly stage: ClusterStage,
    private readonly folder: string,
    private readonly mount: SecretMount | undefined,
  ) {}

  static async start(
    stage: ClusterStage,
    namespace: string,
    name: string,
    role: RingRole,
    { ring = 'tokens', podNamespace = namespace, urls = [], mounts }: ConsumerOptions = {},
  ): Promise<ClusterConsumer> {
    const address = nextAddress();
    const pod = await createPod(stage, podNamespace, name, { [`ring.keyturn.dev/${ring}`]: role });
    const folder = await mkdtemp(join(tmpdir(), 'keyturn-pod-'));
    const ringsDir = join(folder, 'rings');
    const mount = mounts === undefined ? undefined : new SecretMount(stage, podNamespace, mounts, join(ringsDir, ring));
    const node = createRingNode({
      ring,
      role,
      stateDir: folder,
      podUid: pod.metadata.uid ?? '',
      pollMs: 200,
      ...(role === 'verifier' || mount ? { urls } : { truth: stage.truth(namespace) }),
      ...(mount && { ringsDir }),
    });
    node.addCanaryVerifier(async () => ({ accepted: true }));
    const management = createManagementServer({ port: PORT, host: address, nodes: node });
    await management.start();
    void node.start();
    const consumer = new ClusterConsumer(pod, address, node, management, stage, folder, mount);
    await consumer.report({ running: { startedAt: new Date().toISOString() } });
    return consumer;
  }

  /** What the kubelet would say. */
  report(state: object, phase = 'Running'): Promise<void> {
    const ip = { podIP: this.address, podIPs: [{ ip: this.address }] };
    return setPodStatus(this.stage, this.pod, { phase, ...ip, containerStatuses: [containerStatus(state)] });
  }

  /** Its management port stops answering; the process lives on. */
  cutReceipts(): Promise<void> {
    return this.management.stop();
  }

  async restoreReceipts(): Promise<void> {
    this.management = createManagementServer({ port: PORT, host: this.address, nodes: this.node });
    await this.management.start();
  }

  async stop(): Promise<void> {
    await this.management.stop();
    await this.node.stop();
    await this.mount?.stop();
    const { name, namespace } = this.pod.metadata;
    await this.stage.api.remove(item(PODS, namespace, name)).catch(() => undefined);
    await rm(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }
}
