import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { it } from '@jest/globals';
import { type ControlPlane, prepareControlPlane, startControlPlane } from '@keyturn/cluster';
import { parse, stringify } from 'yaml';
import { CHART, helmFor, missingHelm, NAMESPACE } from './helm.js';

const missing = missingHelm ?? (await prepareControlPlane((line) => process.stderr.write(`${line}\n`)));
export const hasCluster = missing === undefined;

/** A test against a real API server; where there can be none it is skipped, and its name says why. */
export const clusterTest = (name: string, work: () => Promise<void>): void =>
  hasCluster ? it(name, work) : it.skip(`${name}, skipped: ${missing}`, work);

interface Kubeconfig {
  readonly clusters: readonly [{ readonly name: string; readonly cluster: Readonly<Record<string, string>> }];
}

/** A control plane with the chart's definitions, and a namespace that enforces the restricted standard. No pod runs. */
export class Cluster {
  /** Removed with the cluster. */
  readonly folder = mkdtempSync(join(tmpdir(), 'charts-spec-'));

  private constructor(readonly plane: ControlPlane) {}

  static async open(...namespaces: string[]): Promise<Cluster> {
    const cluster = new Cluster(await startControlPlane());
    for (const name of [NAMESPACE, ...namespaces]) {
      await cluster.kubectl(['create', 'namespace', name]);
      await cluster.kubectl(['label', 'namespace', name, 'pod-security.kubernetes.io/enforce=restricted']);
    }
    await cluster.kubectl(['apply', '--server-side', '-f', join(CHART, 'crds')]);
    const definitions = ['crd/keyrings.keyturn.dev', 'crd/keyrotations.keyturn.dev'];
    await cluster.kubectl(['wait', '--for=condition=Established', ...definitions]);
    return cluster;
  }

  async close(): Promise<void> {
    await this.plane.stop();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
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

  helm(...args: string[]): Promise<string> {
    return helmFor(this.plane.env, ...args, '--namespace', NAMESPACE);
  }

  /** What the kubelet puts into a pod of this account: its token and the authority of the API server. */
  async serviceAccount(account: string): Promise<string> {
    const folder = mkdtempSync(join(this.folder, 'account-'));
    writeFileSync(join(folder, 'token'), await this.kubectl(['-n', NAMESPACE, 'create', 'token', account]));
    const { 'certificate-authority-data': data, 'certificate-authority': file } = (await this.kubeconfig()).cluster;
    writeFileSync(join(folder, 'ca.crt'), data ? Buffer.from(data, 'base64') : await readFile(file ?? ''));
    return folder;
  }

  /** A kubeconfig for programs of this account that run outside of pods. */
  async kubeconfigFor(account: string): Promise<string> {
    const folder = await this.serviceAccount(account);
    const { name, cluster } = await this.kubeconfig();
    const file = join(folder, 'kubeconfig');
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name, cluster }],
      users: [{ name: account, user: { token: await readFile(join(folder, 'token'), 'utf8') } }],
      contexts: [{ name: account, context: { cluster: name, user: account, namespace: NAMESPACE } }],
      'current-context': account,
    };
    writeFileSync(file, stringify(config));
    return file;
  }

  private async kubeconfig() {
    return (parse(await readFile(this.plane.kubeconfig, 'utf8')) as Kubeconfig).clusters[0];
  }
}
