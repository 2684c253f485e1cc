import { item, type KubeObject, type Lease, LEASES } from '@keyturn/operator/kubernetes';
import { CHART } from '../programs.js';
import { crashOf } from './crash.js';
import type { Kubernetes } from './kubernetes.js';
import { until } from './wait.js';

export const NAMESPACE = 'keyturn-acceptance';
export const RELEASE = 'keyturn';

export interface PodObject extends KubeObject {
  readonly status?: {
    readonly containerStatuses?: readonly { readonly containerID?: string }[];
  };
}

export interface Took<T> {
  readonly result: T;
  readonly ms: number;
}

const timed = async <T>(work: () => Promise<T>): Promise<Took<T>> => {
  const begun = performance.now();
  return { result: await work(), ms: performance.now() - begun };
};

const DEFINITIONS = ['crd/keyrings.keyturn.dev', 'crd/keyrotations.keyturn.dev'];

/** The platform as a Helm release in a namespace of its own, which enforces the restricted Pod Security Standard. */
export class Release {
  private hadDefinitions = false;

  constructor(
    readonly kubernetes: Kubernetes,
    /** Values that every install and upgrade has, as `--set` takes them. */
    private readonly settings: readonly string[],
  ) {}

  /** An empty namespace, also after a run that was cut short. */
  async prepare(): Promise<void> {
    const { kubernetes } = this;
    await this.removeNamespace();
    const found = await kubernetes.kubectl(['get', 'crd', '--ignore-not-found', '-o', 'name']);
    this.hadDefinitions = found.includes('.keyturn.dev');
    await kubernetes.kubectl(['create', 'namespace', NAMESPACE]);
    await kubernetes.kubectl(['label', 'namespace', NAMESPACE, 'pod-security.kubernetes.io/enforce=restricted']);
  }

  /** Milliseconds until everything was ready. */
  install(...values: readonly string[]): Promise<Took<string>> {
    return this.waits(['install', RELEASE, CHART, '--wait', ...this.args(values)]);
  }

  upgrade(...values: readonly string[]): Promise<Took<string>> {
    return this.upgradeTo(CHART, ...values);
  }

  /** To the chart of another workspace. */
  upgradeTo(chart: string, ...values: readonly string[]): Promise<Took<string>> {
    return this.waits(['upgrade', RELEASE, chart, '--wait', ...this.args(values)]);
  }

  test(): Promise<Took<string>> {
    return this.waits(['test', RELEASE, '--logs', '--timeout', '4m']);
  }

  uninstall(): Promise<string> {
    return this.kubernetes.helm(['uninstall', RELEASE, '--wait']);
  }

  notes(): Promise<string> {
    return this.kubernetes.helm(['get', 'notes', RELEASE]);
  }

  private waits(command: readonly string[]): Promise<Took<string>> {
    return timed(() => this.kubernetes.explained(this.kubernetes.helm(command)));
  }

  /** Pods of a component that are not on their way out. */
  async pods(app: string): Promise<PodObject[]> {
    const selector = `app.kubernetes.io/name=${app},app.kubernetes.io/instance=${RELEASE}`;
    const { items } = await this.kubernetes.get<{ items: PodObject[] }>('pods', '-l', selector);
    return items.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  }

  /** The pod whose operator leads. */
  async leader(): Promise<string> {
    const path = item(LEASES, NAMESPACE, 'keyturn-operator');
    const holder = await until('an operator leads', 60_000, async () => {
      const lease = await this.kubernetes.api.get<Lease>(path);
      return lease?.spec?.holderIdentity ?? undefined;
    });
    const pod = (await this.pods('operator')).find(({ metadata }) => holder.startsWith(metadata.name));
    if (!pod) throw new Error(`the Lease is held by ${holder}, which is no pod of the operator`);
    return pod.metadata.name;
  }

  /**
   * A crash: on a node of our own the container's processes get SIGKILL, and hold their Lease until it has run out;
   * elsewhere the pod is deleted at once, and its processes get a moment to end in. It happens when what is returned is
   * called, without a look at anything before: that would take as long as a phase of a rotation.
   */
  async killerOf(pod: string, ownNode: boolean): Promise<() => Promise<unknown>> {
    if (!ownNode) {
      const now = ['--grace-period=0', '--force', '--wait=false'];
      return () => this.kubernetes.kubectl(['delete', 'pod', pod, ...now]);
    }
    const { status } = await this.kubernetes.get<PodObject>('pod', pod);
    const crash = crashOf(status?.containerStatuses?.[0]?.containerID ?? '');
    return async () => crash();
  }

  /** Removes everything that is left, and the definitions if they came with this run. */
  async remove(): Promise<void> {
    await this.removeNamespace();
    if (!this.hadDefinitions) await this.kubernetes.kubectl(['delete', '--ignore-not-found', ...DEFINITIONS]);
  }

  private async removeNamespace(): Promise<void> {
    await this.kubernetes.kubectl(['delete', 'namespace', NAMESPACE, '--ignore-not-found', '--timeout=180s']);
  }

  private args(values: readonly string[]): string[] {
    return ['--timeout', '5m', ...this.settings.flatMap((setting) => ['--set', setting]), ...values];
  }
}
