/** The only place where the acceptance suite reads its environment. */
export interface Environment {
  /** KUBECONFIG: the cluster to use; undefined = the one of `npm run cluster`. */
  readonly kubeconfig: string | undefined;
  /** KEYTURN_ACCEPTANCE_OWN_NODE=true: the cluster is that of `npm run cluster`, so its daemons may be killed. */
  readonly ownNode: boolean;
  /** KEYTURN_ACCEPTANCE_REPORT: a file for the figures. */
  readonly report: string | undefined;
  /** KEYTURN_ACCEPTANCE_REGISTRY: where the images are, in place of `localhost`. */
  readonly registry: string | undefined;
  /** KEYTURN_ACCEPTANCE_HOST: an address of a node, in place of its internal one. */
  readonly nodeAddress: string | undefined;
  /** GOLDEN=write: what is printed now is kept as what has to be printed. */
  readonly writeGolden: boolean;
}

/** An empty variable counts as one that is not there. */
const variable = (name: string): string | undefined => process.env[name] || undefined;

export const readEnvironment = (): Environment => ({
  kubeconfig: variable('KUBECONFIG'),
  ownNode: variable('KEYTURN_ACCEPTANCE_OWN_NODE') === 'true',
  report: variable('KEYTURN_ACCEPTANCE_REPORT'),
  registry: variable('KEYTURN_ACCEPTANCE_REGISTRY'),
  nodeAddress: variable('KEYTURN_ACCEPTANCE_HOST'),
  writeGolden: variable('GOLDEN') === 'write',
});

/** Our own environment without what Nx and Jest put there: for a run of Nx in another workspace. */
export const outsideNx = (): NodeJS.ProcessEnv => {
  const kept = Object.entries(process.env).filter(([name]) => name !== 'NODE_OPTIONS' && !name.startsWith('NX_'));
  return { ...Object.fromEntries(kept), NX_DAEMON: 'false', NX_NO_CLOUD: 'true', FORCE_COLOR: '0' };
};

/** Our own environment with some variables set, for the programs that are run. */
export const inherited = (set: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv => ({
  ...process.env,
  ...set,
});
