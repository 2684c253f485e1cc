import { ProblemException } from '@keyturn/guard';
import { apiServerUrl, createApiServer, type RingNode } from '@keyturn/keyring';
import type { Logger } from '@keyturn/runtime';
import type { AuthConfiguration } from '../configuration/variables.js';
import { clusterOperator } from './cluster-operator.js';
import { readRuns, readStatuses, type Warn } from './local-records.js';
import { writeRequest } from './request-folder.js';
import { type RingSummary, ringSummary } from './ring-summary.js';
import type { RotationRequest } from './rotation-request.js';
import { latestRuns, type RunSummary, runSummary } from './run-summary.js';

/**
 * The operator, as far as administrators reach it from here. Throws ProblemException for what is wrong with a request,
 * and anything else when the operator cannot be asked.
 */
export interface Operator {
  rings(): Promise<readonly RingSummary[]>;
  /** The latest runs of a ring, newest first. */
  runs(ring: string): Promise<readonly RunSummary[]>;
  /** Resolves once the request is stored, with the id under which the operator answers it. */
  ask(request: RotationRequest): Promise<string>;
}

/** A request answered by an object of the cluster; the API server's time for it includes its write to etcd. */
const API_TIMEOUT_MS = 5_000;

/** The operator of this platform: on one machine by its folder of requests, in a cluster by its custom resources. */
export const operatorOf = (configuration: AuthConfiguration, nodes: readonly RingNode[], logger: Logger): Operator => {
  const { KEYTURN_LOCAL_REQUESTS_DIR: folder, KEYTURN_TRUTH_NAMESPACE: namespace } = configuration;
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = configuration;
  const { KEYTURN_SERVICE_ACCOUNT_DIR: credentials } = configuration;
  if (folder !== undefined) return folderOperator(nodes, folder, warnOnce(logger));
  if (namespace === undefined || host === undefined) return noOperator(nodes);
  const server = apiServerUrl(host, port);
  return clusterOperator(createApiServer({ server, credentials, timeoutMs: API_TIMEOUT_MS }), namespace);
};

/** The operator of one machine: its records lie beside the folder of requests. */
const folderOperator = (nodes: readonly RingNode[], folder: string, warn: Warn): Operator => ({
  rings: async () => {
    const statuses = await readStatuses(folder, warn);
    return (await summaries(nodes)).map((ring) => ({ ...ring, ...statuses.get(ring.ring) }));
  },
  runs: async (ring) => latestRuns(await readRuns(folder, warn), ring).map(runSummary),
  ask: async (request) => {
    await writeRequest(folder, request);
    return request.id;
  },
});

/** Pages ask again and again: the log says once what is wrong with a file. */
const warnOnce = (logger: Logger): Warn => {
  const told = new Set<string>();
  return (file, problem) => {
    const key = `${file} ${problem}`;
    if (told.has(key)) return;
    told.add(key);
    logger.warn({ file, problem }, 'a record of the operator is damaged and passed over');
  };
};

const noOperator = (nodes: readonly RingNode[]): Operator => ({
  rings: async () => summaries(nodes),
  runs: async () => [],
  ask: async () => nobody(),
});

/**
 * As the truth is now, not as this process has it: a run that is told to have ended must not stand beside keys from before it.
 * What is loaded, while the truth cannot be read.
 */
const summaries = (nodes: readonly RingNode[]): Promise<RingSummary[]> =>
  Promise.all(
    nodes.map(async (node) => {
      const document = await node.document({ confirm: true }).catch(() => node.require().document);
      return ringSummary(document);
    }),
  );

const nobody = (): never => {
  throw new ProblemException({
    status: 501,
    code: 'ERR_NO_OPERATOR',
    detail: 'No operator can be asked from here.',
  });
};
