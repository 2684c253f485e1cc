import { ProblemException } from '@keyturn/guard';
import { apiServerUrl, createApiServer, type RingNode } from '@keyturn/keyring';
import type { AuthConfiguration } from '../configuration/variables.js';
import { clusterOperator } from './cluster-operator.js';
import { writeRequest } from './request-folder.js';
import { type RingSummary, ringSummary } from './ring-summary.js';
import type { RotationRequest } from './rotation-request.js';

/**
 * The operator, as far as administrators reach it from here. Throws ProblemException for what is wrong with a request,
 * and anything else when the operator cannot be asked.
 */
export interface Operator {
  rings(): Promise<readonly RingSummary[]>;
  /** Resolves once the request is stored, with the id under which the operator answers it. */
  ask(request: RotationRequest): Promise<string>;
}

/** A request answered by an object of the cluster; the API server's time for it includes its write to etcd. */
const API_TIMEOUT_MS = 5_000;

/** The operator of this platform: on one machine by its folder of requests, in a cluster by its custom resources. */
export const operatorOf = (configuration: AuthConfiguration, nodes: readonly RingNode[]): Operator => {
  const { KEYTURN_LOCAL_REQUESTS_DIR: folder, KEYTURN_TRUTH_NAMESPACE: namespace } = configuration;
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = configuration;
  const { KEYTURN_SERVICE_ACCOUNT_DIR: credentials } = configuration;
  if (folder !== undefined) return folderOperator(nodes, (request) => writeRequest(folder, request));
  if (namespace === undefined || host === undefined) return folderOperator(nodes, nobody);
  const server = apiServerUrl(host, port);
  return clusterOperator(createApiServer({ server, credentials, timeoutMs: API_TIMEOUT_MS }), namespace);
};

const folderOperator = (nodes: readonly RingNode[], write: (request: RotationRequest) => Promise<void>): Operator => ({
  rings: async () => nodes.map((node) => ringSummary(node.require().document)),
  ask: async (request) => {
    await write(request);
    return request.id;
  },
});

const nobody = (): never => {
  throw new ProblemException({
    status: 501,
    code: 'ERR_NO_OPERATOR',
    detail: 'No operator can be asked from here.',
  });
};
