/** The only place where this process reads its environment. */
export interface Environment {
  /** pino level; default info. */
  readonly LOG_LEVEL?: string;
  /** https://no-color.org */
  readonly NO_COLOR?: string;
  /** A pod has these: the address of its cluster's API server. */
  readonly KUBERNETES_SERVICE_HOST?: string;
  readonly KUBERNETES_SERVICE_PORT?: string;
  /** Paths of kubeconfig files. */
  readonly KUBECONFIG?: string;
}

const NAMES = ['LOG_LEVEL', 'NO_COLOR', 'KUBERNETES_SERVICE_HOST', 'KUBERNETES_SERVICE_PORT', 'KUBECONFIG'] as const;

export const readEnvironment = (): Environment =>
  Object.fromEntries(NAMES.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));
