import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { it } from '@jest/globals';
import { type ControlPlane, prepareControlPlane, startControlPlane } from '@keyturn/cluster';
import { type RingDocument, serializeRingDocument } from '@keyturn/keyring';

const CHART = fileURLToPath(new URL('../../../../charts/keyturn', import.meta.url));
const RENDERED = fileURLToPath(new URL('../../../../infra/charts/test/golden/minimal.yaml', import.meta.url));
/** What the rendered chart is for. */
export const NAMESPACE = 'platform';
const ACCOUNT = 'keyturn-auth';

const missing = await prepareControlPlane((line) => process.stderr.write(`${line}\n`));
export const hasCluster = missing === undefined;

/** A test against a real API server; where there can be none it is skipped, and its name says why. */
export const clusterTest = (name: string, work: () => Promise<void>): void =>
  hasCluster ? it(name, work) : it.skip(`${name}, skipped: ${missing}`, work);

/** A control plane with the platform's namespace, the definitions, and what the chart grants to auth. No pod runs. */
export class Cluster {
  private constructor(
    readonly plane: ControlPlane,
    private readonly folder: string,
  ) {}

  static async open(): Promise<Cluster> {
    const cluster = new Cluster(await startControlPlane(), await mkdtemp(join(tmpdir(), 'keyturn-auth-')));
    await cluster.kubectl(['create', 'namespace', NAMESPACE]);
    await cluster.kubectl(['apply', '-f', join(CHART, 'crds')]);
    await cluster.kubectl(['wait', '--for=condition=Established', 'crd', '--all']);
    const objects = (await readFile(RENDERED, 'utf8')).split('---\n');
    const granted = objects.filter((object) => /^kind: (Role|RoleBinding|ServiceAccount)$/m.test(object));
    const own = granted.filter((object) => new RegExp(`^  name: ${ACCOUNT}(-admin)?$`, 'm').test(object));
    await cluster.kubectl(['-n', NAMESPACE, 'apply', '-f', '-'], own.join('---\n'));
    return cluster;
  }

  async close(): Promise<void> {
    await this.plane.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** What kubectl prints. Throws what it says about an error. */
  async kubectl(args: readonly string[], input = ''): Promise<string> {
    const env = { PATH: '/usr/bin:/bin', HOME: this.folder, ...this.plane.env };
    const child = spawn(this.plane.kubectl, args, { env });
    child.stdin.end(input);
    const [out, said, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    if (code !== 0) throw new Error(said || out);
    return out.trim();
  }

  async get<T>(...what: string[]): Promise<T> {
    return JSON.parse(await this.kubectl(['-n', NAMESPACE, 'get', ...what, '-o', 'json'])) as T;
  }

  apply(object: object): Promise<string> {
    return this.kubectl(['-n', NAMESPACE, 'apply', '-f', '-'], JSON.stringify(object));
  }

  /** As the operator would write it. */
  setStatus(kind: string, name: string, status: object): Promise<string> {
    const args = ['patch', kind, name, '--subresource=status', '--type=merge', '-p', JSON.stringify({ status })];
    return this.kubectl(['-n', NAMESPACE, ...args]);
  }

  /** The truth of a ring. */
  truth(document: RingDocument): Promise<string> {
    const { ring, ringId } = document;
    const labels = {
      'keyturn.dev/ring': ring,
      'keyturn.dev/ring-id': ringId,
      'keyturn.dev/ring-namespace': NAMESPACE,
    };
    const data = { 'ring.json': Buffer.from(serializeRingDocument(document)).toString('base64') };
    return this.apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name: `keyring-${ring}`, labels }, data });
  }

  /** What a pod of auth has in its environment, and what its kubelet puts beside it. */
  async pod(): Promise<Record<string, string>> {
    const { url } = this.plane;
    const config = await this.kubectl(['config', 'view', '--raw', '--flatten', '-o', 'json']);
    const { clusters } = JSON.parse(config) as { clusters: { cluster: Record<string, string> }[] };
    const authority = clusters[0]?.cluster['certificate-authority-data'] ?? '';
    await writeFile(join(this.folder, 'ca.crt'), Buffer.from(authority, 'base64'));
    await writeFile(join(this.folder, 'token'), await this.kubectl(['-n', NAMESPACE, 'create', 'token', ACCOUNT]));
    return {
      KEYTURN_TRUTH_DIR: '',
      KEYTURN_TRUTH_NAMESPACE: NAMESPACE,
      KUBERNETES_SERVICE_HOST: new URL(url).hostname,
      KUBERNETES_SERVICE_PORT: new URL(url).port,
      KEYTURN_SERVICE_ACCOUNT_DIR: this.folder,
    };
  }
}
