import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** The only place where the cluster reads its environment. */
export interface Environment {
  /** KUBEBUILDER_ASSETS: a folder with binaries to use instead of building them. */
  readonly assets: string | undefined;
  /** Where built binaries and downloads are kept, for every checkout of this user. */
  readonly cacheDir: string;
  /** KEYTURN_CLUSTER_DIR: where the cluster of `npm run cluster` lives. */
  readonly clusterDir: string;
}

/** An empty variable counts as one that is not there. */
const variable = (name: string): string | undefined => process.env[name] || undefined;

export const readEnvironment = (): Environment => {
  const cacheHome = variable('XDG_CACHE_HOME') ?? join(homedir(), '.cache');
  const stateHome = variable('XDG_STATE_HOME') ?? join(homedir(), '.local', 'state');
  return {
    assets: variable('KUBEBUILDER_ASSETS'),
    cacheDir: join(cacheHome, 'keyturn', 'cluster'),
    clusterDir: resolve(variable('KEYTURN_CLUSTER_DIR') ?? join(stateHome, 'keyturn', 'cluster')),
  };
};

/** Our own environment with some variables set: tools such as Go read theirs from it. */
export const inherited = (set: Readonly<Record<string, string>>): NodeJS.ProcessEnv => ({ ...process.env, ...set });

/** What a daemon gets: the same on every machine. */
export const DAEMON_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
