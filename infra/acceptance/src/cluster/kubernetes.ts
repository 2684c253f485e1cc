import { type ApiClient, type Connection, createApiClient, kubeconfigConnection } from '@keyturn/operator/kubernetes';
import { explained } from '../report/explained.js';
import { ROOT, run, runNode, type RunOptions } from '../programs.js';

/** A namespace of a cluster, as a person at a terminal and as a program reach it. */
export class Kubernetes {
  private constructor(
    readonly namespace: string,
    readonly api: ApiClient,
    private readonly connection: Connection,
    private readonly kubeconfig: string,
  ) {}

  static async open(kubeconfig: string, namespace: string): Promise<Kubernetes> {
    const connection = await kubeconfigConnection({ file: kubeconfig });
    return new Kubernetes(namespace, createApiClient({ connection }), connection, kubeconfig);
  }

  close(): void {
    this.connection.close();
  }

  kubectl(args: readonly string[], options?: RunOptions): Promise<string> {
    return run('kubectl', ['--namespace', this.namespace, ...args], options);
  }

  helm(args: readonly string[], options?: RunOptions): Promise<string> {
    return run('helm', [...args, '--namespace', this.namespace], options);
  }

  /** `kubectl keyturn …` */
  keyturn(args: readonly string[], options?: RunOptions): Promise<string> {
    const env = { KUBECONFIG: this.kubeconfig, NO_COLOR: '1' };
    const program = `${ROOT}operator/bin/kubectl-keyturn.mjs`;
    return runNode(program, ['--namespace', this.namespace, ...args], { env, ...options });
  }

  async apply(...objects: readonly object[]): Promise<void> {
    await this.kubectl(['apply', '-f', '-'], {
      input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }),
    });
  }

  async get<T>(...what: readonly string[]): Promise<T> {
    return JSON.parse(await this.kubectl(['get', ...what, '-o', 'json'])) as T;
  }

  /** Work that waits for pods; its error says which of them are not ready, and why. */
  explained<T>(work: Promise<T>): Promise<T> {
    return explained((args) => this.kubectl(args), work);
  }

  /** Waits until every pod of a Deployment is the newest one and ready. */
  async rolledOut(deployment: string): Promise<void> {
    await this.explained(this.kubectl(['rollout', 'status', `deployment/${deployment}`, '--timeout=240s']));
  }
}
