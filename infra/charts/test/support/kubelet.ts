import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type Cluster } from './cluster.js';
import { CHART, type KubeObject, NAMESPACE } from './helm.js';
import type { Container, PodSpec } from './pods.js';

export interface Pod extends KubeObject {
  readonly metadata: KubeObject['metadata'] & { readonly uid: string };
  readonly spec: PodSpec;
}

const ROOT = join(CHART, '../..');
/** Folders of the programs, as /app of their images. */
const APPS: Readonly<Record<string, string>> = { auth: 'services/auth', tasks: 'services/tasks', operator: 'operator' };
const OPERATOR = ['keyturn.mjs', 'bin/keyturn.mjs'] as const;

export interface KubeletOptions {
  readonly cluster: Cluster;
  /** Addresses of Services, and URLs of databases, by the text that stands for them in the pods' variables. */
  readonly places: Readonly<Record<string, string>>;
}

/**
 * Runs the containers of real Pod objects as processes of this machine: their arguments, their variables with fields and
 * secrets resolved, their service account's token, their address. Images, mounts and probes are what it lacks.
 */
export class Kubelet {
  private readonly children: ChildProcess[] = [];
  private readonly prints: string[] = [];
  private addresses = 0;

  constructor(private readonly options: KubeletOptions) {}

  /** An address on loopback that no other test uses. */
  nextAddress(): string {
    this.addresses += 1;
    return `127.${211 + (process.pid % 40)}.7.${this.addresses}`;
  }

  /** Runs a pod's init containers of our own images to their end, then its container; reports it as running. */
  async run(app: string, pod: Pod, address: string): Promise<void> {
    const env = await this.surroundings(app, pod, address);
    for (const container of pod.spec.initContainers ?? []) {
      if (!container.image?.includes(`/${app}:`)) continue;
      const [code] = (await once(await this.start(app, pod, container, env), 'close')) as [number];
      if (code !== 0) throw new Error(`${app}: ${container.name} ended with ${code}\n${this.said()}`);
    }
    await this.start(app, pod, pod.spec.containers[0]!, env);
    const running = { running: { startedAt: new Date().toISOString() } };
    const status = { name: app, image: '', imageID: '', ready: true, started: true, restartCount: 0, state: running };
    const patch = {
      status: { phase: 'Running', podIP: address, podIPs: [{ ip: address }], containerStatuses: [status] },
    };
    const what = [
      'patch',
      'pod',
      pod.metadata.name,
      '--subresource=status',
      '--type=merge',
      '-p',
      JSON.stringify(patch),
    ];
    await this.options.cluster.kubectl(['-n', NAMESPACE, ...what]);
  }

  /** What the processes have printed, the last of it. */
  said(): string {
    return this.prints.join('').split('\n').slice(-40).join('\n');
  }

  async stop(): Promise<void> {
    const ends = this.children.filter(({ exitCode }) => exitCode === null).map((child) => once(child, 'close'));
    for (const child of this.children) child.kill('SIGTERM');
    await Promise.all(ends);
  }

  /** Variables that stand for what a kubelet would mount. Programs with a kubeconfig do not ask for a service account. */
  private async surroundings(app: string, pod: Pod, address: string): Promise<Record<string, string>> {
    const { cluster } = this.options;
    const account = pod.spec.serviceAccountName ?? '';
    const { hostname, port } = new URL(cluster.plane.url);
    const env: Record<string, string> = {
      HOST: address,
      KEYTURN_STATE_DIR: mkdtempSync(join(cluster.folder, 'state-')),
    };
    if (pod.spec.automountServiceAccountToken !== true) return env;
    if (app === 'operator') return { ...env, KUBECONFIG: await cluster.kubeconfigFor(account) };
    const folder = await cluster.serviceAccount(account);
    return {
      ...env,
      KUBERNETES_SERVICE_HOST: hostname,
      KUBERNETES_SERVICE_PORT: port,
      KEYTURN_SERVICE_ACCOUNT_DIR: folder,
    };
  }

  private async start(app: string, pod: Pod, container: Container, env: Record<string, string>): Promise<ChildProcess> {
    const given = (container.args ?? ['dist/main.js']).map((arg) => (arg === '0.0.0.0' ? (env.HOST ?? arg) : arg));
    const args = given.map((arg) => (arg === OPERATOR[0] ? OPERATOR[1] : arg));
    const variables = { ...(await this.variables(pod, container)), ...env };
    const child = spawn(process.execPath, args, { cwd: join(ROOT, APPS[app] ?? ''), env: variables });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => this.prints.push(chunk.toString()));
    }
    this.children.push(child);
    return child;
  }

  private async variables(pod: Pod, { env = [] }: Container): Promise<Record<string, string>> {
    const seen: Record<string, string> = {};
    for (const { name, value, valueFrom } of env) {
      const expanded = value?.replaceAll(/\$\((\w+)\)/g, (whole, other: string) => seen[other] ?? whole);
      seen[name] = this.placed(expanded ?? (await this.resolved(pod, valueFrom as Source)));
    }
    return seen;
  }

  private placed(value: string): string {
    return Object.entries(this.options.places).reduce((text, [there, here]) => text.replaceAll(there, here), value);
  }

  private async resolved({ metadata }: Pod, { fieldRef, secretKeyRef }: Source): Promise<string> {
    if (fieldRef) return fieldRef.fieldPath === 'metadata.uid' ? metadata.uid : NAMESPACE;
    const { data } = await this.options.cluster.get<{ data: Record<string, string> }>('secret', secretKeyRef!.name);
    return Buffer.from(data[secretKeyRef!.key] ?? '', 'base64').toString();
  }
}

interface Source {
  readonly fieldRef?: { readonly fieldPath: string };
  readonly secretKeyRef?: { readonly name: string; readonly key: string };
}

/** Runs a script of the chart to its end: what it printed, and its exit code. */
export const runScript = async (file: string, env: Record<string, string>): Promise<{ code: number; said: string }> => {
  const child = spawn(process.execPath, [join(CHART, 'files', file)], { env });
  const [out, error, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: code as number, said: `${out}${error}` };
};
