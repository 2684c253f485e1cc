import { type ControlPlane, prepareControlPlane, startControlPlane } from '@keyturn/cluster';
import { it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { Agent } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApiClient } from '../../../src/kubernetes/api/client.js';
import {
  type ApiClient,
  collection,
  type Connection,
  isApiError,
  item,
  KEY_RINGS,
  KEY_ROTATIONS,
  kubeconfigConnection,
  type KubeObject,
  type Resource,
} from '../../../src/kubernetes/api/index.js';
import { applyDefinitions } from '../../../src/kubernetes/crd/apply.js';
import type { KeyRing, KeyRotation } from '../../../src/kubernetes/driver/index.js';
import { KubernetesTruth } from '../../../src/kubernetes/truth/index.js';
import { eventually } from '../../support/processes.js';

const missing = await prepareControlPlane((line) => process.stderr.write(`${line}\n`));

/** A test against a real API server; where there can be none it is skipped, and its name says why. */
export const clusterTest = (name: string, work: () => Promise<void>): void =>
  missing === undefined ? it(name, work) : it.skip(`${name}, skipped: ${missing}`, work);

export const hasCluster = missing === undefined;

export const NAMESPACES: Resource = { group: '', version: 'v1', plural: 'namespaces' };

/** Short lives, so that a test sees whole runs. */
export const RING_SPEC = {
  type: 'SigningKey',
  algorithm: 'ES256',
  maxCredentialLifetime: '200ms',
  clockSkew: '0s',
  clockError: '0s',
  safety: { issuerLease: '1s', maxLiveKeys: 50 },
};

let made = 0;

/** A control plane with the custom resources; each test takes a namespace of its own. */
export class ClusterStage {
  private readonly folders: string[] = [];

  private constructor(
    readonly plane: ControlPlane,
    readonly connection: Connection,
    readonly api: ApiClient,
  ) {}

  static async open(): Promise<ClusterStage> {
    const plane = await startControlPlane();
    const connection = await kubeconfigConnection({ file: plane.kubeconfig });
    const stage = new ClusterStage(plane, connection, createApiClient({ connection }));
    await applyDefinitions(stage.api);
    const namespace = 'default';
    for (const resource of [KEY_RINGS, KEY_ROTATIONS]) {
      await eventually('the custom resources are served', async () => {
        const first = stage.api.list(collection(resource, namespace)).next();
        return first.then(
          () => true,
          () => undefined,
        );
      });
    }
    return stage;
  }

  async close(): Promise<void> {
    this.connection.close();
    await this.plane.stop();
    for (const folder of this.folders) await rm(folder, { recursive: true, force: true });
  }

  /** A folder that goes with the stage. */
  async folder(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'keyturn-stage-'));
    this.folders.push(folder);
    return folder;
  }

  /** The folder that a pod of the administrator's would have: authority, token and namespace. */
  async serviceAccount(namespace: string): Promise<string> {
    const folder = await this.folder();
    const { agent, headers } = await this.connection.credentials(false);
    const { ca } = (agent as Agent).options;
    const files = { 'ca.crt': String(ca), token: headers.authorization?.replace('Bearer ', '') ?? '', namespace };
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text, { mode: 0o600 });
    return folder;
  }

  async namespace(): Promise<string> {
    made += 1;
    const name = `test-${made}`;
    await this.api.create(collection(NAMESPACES), { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    return name;
  }

  keyRing(namespace: string, name: string, spec: object = RING_SPEC): Promise<KeyRing> {
    return this.api.create<KeyRing>(collection(KEY_RINGS, namespace), {
      apiVersion: 'keyturn.dev/v1alpha1',
      kind: 'KeyRing',
      metadata: { name },
      spec,
    });
  }

  rotation(namespace: string, name: string, spec: object = {}): Promise<KeyRotation> {
    return this.api.create<KeyRotation>(collection(KEY_ROTATIONS, namespace), {
      apiVersion: 'keyturn.dev/v1alpha1',
      kind: 'KeyRotation',
      metadata: { name },
      spec: { ringRef: { name: 'tokens' }, ...spec },
    });
  }

  get<T extends KubeObject>(resource: Resource, namespace: string, name: string): Promise<T | undefined> {
    return this.api.get<T>(item(resource, namespace, name));
  }

  /** The phase that a run has come to. */
  async reaches(namespace: string, name: string, ...phases: string[]): Promise<KeyRotation> {
    return eventually(
      `run ${name} is ${phases.join(' or ')}`,
      async () => {
        const found = await this.get<KeyRotation>(KEY_ROTATIONS, namespace, name);
        return phases.includes(found?.status?.phase ?? '') ? found : undefined;
      },
      30_000,
    );
  }

  /** Reads only: it writes with nobody's memory. */
  truth(namespace: string): KubernetesTruth {
    return new KubernetesTruth({ api: this.api, namespace });
  }
}

/** What the API server says about an object that it refuses. */
export async function refusal(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'taken';
  } catch (error) {
    if (isApiError(error, 'invalid')) return error.message;
    throw error;
  }
}
