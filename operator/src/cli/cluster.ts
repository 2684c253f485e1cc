import type { Environment } from '../environment.js';
import {
  type Connection,
  ConnectionError,
  createApiClient,
  inClusterConnection,
  kubeconfigConnection,
} from '../kubernetes/api/index.js';
import { LEASE_NAME } from '../kubernetes/process/run-replica.js';
import type { Backend } from './backend.js';
import { CommandError, EXIT } from './exit-codes.js';
import { KubernetesBackend } from './kubernetes-backend.js';
import type { GlobalOptions } from './program.js';

/** Which cluster the commands are for. */
export const isForCluster = ({ kubernetes, namespace, context }: GlobalOptions): boolean =>
  kubernetes || namespace !== undefined || context !== undefined;

/** In a pod its own cluster, unless a kubeconfig or a context is named. */
export async function connect({ context }: GlobalOptions, env: Environment): Promise<Connection> {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = '443', KUBECONFIG } = env;
  try {
    if (host !== undefined && context === undefined && !KUBECONFIG) return await inClusterConnection(host, port);
    return await kubeconfigConnection(context === undefined ? {} : { context });
  } catch (error) {
    if (error instanceof ConnectionError) throw new CommandError(error.message, EXIT.unreachable);
    throw new CommandError(`The cluster cannot be reached: ${(error as Error).message}.`, EXIT.unreachable);
  }
}

export async function kubernetesBackend(options: GlobalOptions, env: Environment): Promise<Backend> {
  const connection = await connect(options, env);
  return new KubernetesBackend({
    api: createApiClient({ connection }),
    namespace: options.namespace ?? connection.namespace,
    context: connection.name,
    leaseName: LEASE_NAME,
  });
}
