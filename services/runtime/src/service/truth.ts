import { apiServerUrl, createFileTruthReader, createKubernetesTruthReader, type TruthReader } from '@keyturn/keyring';
import type { RingEnvironment } from '../configuration/common.js';
import { ConfigurationError } from '../configuration/error.js';

const refuse = (name: string, rule: string): never => {
  throw new ConfigurationError([{ name, rule }]);
};

/**
 * The truth of the rings as this process reads it, if it may: a folder on one machine, Secrets in a cluster.
 * Throws ConfigurationError for variables that contradict each other.
 */
export const truthReader = (environment: RingEnvironment): TruthReader | undefined => {
  const { KEYTURN_TRUTH_DIR: folder, KEYTURN_TRUTH_NAMESPACE: namespace } = environment;
  if (folder !== undefined && namespace !== undefined) {
    return refuse('KEYTURN_TRUTH_NAMESPACE', 'must not be given together with KEYTURN_TRUTH_DIR');
  }
  if (folder !== undefined) return createFileTruthReader(folder);
  if (namespace === undefined) return undefined;
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = environment;
  if (host === undefined) return refuse('KEYTURN_TRUTH_NAMESPACE', 'is for pods: KUBERNETES_SERVICE_HOST is missing');
  const server = apiServerUrl(host, port);
  return createKubernetesTruthReader({ server, namespace, credentials: environment.KEYTURN_SERVICE_ACCOUNT_DIR });
};
