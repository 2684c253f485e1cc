import { existsSync, mkdirSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ALL_BINARIES, CONTROL_PLANE_BINARIES, TOOLS } from '../binaries/catalogue.js';
import { type Log, locateBinary, provideBinaries } from '../binaries/provide.js';
import { kubeconfigPath } from '../control-plane/kubeconfig.js';
import { CONTROL_PLANE } from '../control-plane/settings.js';
import { launchOnLoopback } from '../control-plane/start.js';
import type { Environment } from '../environment.js';
import { buildBaseImages } from '../images/base.js';
import { loadImages } from '../images/load.js';
import { NODE_DAEMONS } from '../node/daemons.js';
import { dockerVariables } from '../node/docker.js';
import { hasNode } from '../node/host.js';
import { startNode } from '../node/start.js';
import { stopCluster } from '../node/stop.js';
import { openCrew } from '../processes/crew.js';
import { withLock } from '../processes/lock.js';
import { type Command, HELP } from './arguments.js';
import { statusTable } from './status.js';

export interface Output {
  /** Results, for other programs. */
  readonly print: (text: string) => void;
  /** Progress, for people. */
  readonly log: Log;
}

type Run = (world: { readonly environment: Environment; readonly output: Output }) => Promise<number>;

/** Carries out one command and returns the exit code. Two that start or stop something wait for one another. */
export const carryOut = (command: Command, environment: Environment, output: Output): Promise<number> => {
  const world = { environment: withRealDir(environment), output };
  switch (command.name) {
    case 'build':
      return build(command.controlPlaneOnly)(world);
    case 'up':
      return alone(command.controlPlaneOnly ? upControlPlane : up)(world);
    case 'load':
      return withNode(load(command.sources))(world);
    case 'restart':
      return alone(withNode(restart(command.daemon)))(world);
    default:
      return PLAIN[command.name](world);
  }
};

/** Mounts are listed by their real path. */
const withRealDir = (environment: Environment): Environment => {
  const { clusterDir } = environment;
  return existsSync(clusterDir) ? { ...environment, clusterDir: realpathSync(clusterDir) } : environment;
};

const alone =
  (run: Run): Run =>
  (world) => {
    const onWait = (): void => world.output.log('waiting for another command on this cluster');
    return withLock(join(world.environment.cacheDir, 'command.lock'), () => run(world), onWait);
  };

const build =
  (controlPlaneOnly: boolean): Run =>
  async ({ environment, output }) => {
    const names = controlPlaneOnly ? CONTROL_PLANE_BINARIES : [...ALL_BINARIES, ...TOOLS];
    await provideBinaries(names, environment, output.log);
    return 0;
  };

const makeDir = (environment: Environment): Environment => {
  mkdirSync(environment.clusterDir, { recursive: true, mode: 0o700 });
  return withRealDir(environment);
};

const up: Run = async ({ environment, output }) => {
  await startNode(makeDir(environment), output.log);
  output.log('the cluster is up');
  return 0;
};

const restart =
  (daemon: string): Run =>
  async (world) => {
    await openCrew(world.environment.clusterDir, 'own').end(daemon);
    return up(world);
  };

const upControlPlane: Run = async ({ environment, output }) => {
  const { clusterDir } = makeDir(environment);
  if (hasNode(clusterDir)) throw new Error('a cluster with a node is there: run down first');
  const binaries = await provideBinaries(CONTROL_PLANE_BINARIES, environment, output.log);
  await launchOnLoopback(clusterDir, openCrew(clusterDir, 'own'), binaries);
  output.log('the control plane is up');
  return 0;
};

/** Images are made by the cluster's Docker and given to its containerd. */
const withNode =
  (run: Run): Run =>
  async (world) => {
    const { clusterDir: dir } = world.environment;
    const runs = hasNode(dir) && NODE_DAEMONS.every((name) => openCrew(dir, 'own').find(name));
    if (!runs) throw new Error('no node runs here: run up first');
    return run(world);
  };

const load =
  (sources: readonly string[]): Run =>
  async ({ environment, output }) => {
    await loadImages(environment.clusterDir, sources);
    output.log(`loaded ${sources.join(', ')}`);
    return 0;
  };

const status: Run = async ({ environment: { clusterDir: dir }, output }) => {
  const names = [...CONTROL_PLANE, ...(hasNode(dir) ? NODE_DAEMONS : [])];
  const crew = existsSync(dir) ? openCrew(dir, 'own') : undefined;
  const rows = names.map((name) => ({ name, pid: crew?.find(name)?.pid }));
  output.print(statusTable(rows));
  return rows.every(({ pid }) => pid !== undefined) ? 0 : 1;
};

const env: Run = async ({ environment, output: { print } }) => {
  const { clusterDir: dir } = environment;
  const folders = (['kubectl', 'helm'] as const).map((name) => dirname(locateBinary(name, environment)));
  print(`export KUBECONFIG=${quote(kubeconfigPath(dir, 'admin'))}`);
  const docker = hasNode(dir) ? dockerVariables(dir) : {};
  for (const [name, value] of Object.entries(docker)) print(`export ${name}=${quote(value)}`);
  print(`export PATH=${quote(folders.join(':'))}:"$PATH"`);
  return 0;
};

const PLAIN: Readonly<Record<'down' | 'status' | 'base-images' | 'kubeconfig' | 'env' | 'help', Run>> = {
  down: alone(async ({ environment: { clusterDir, cacheDir }, output: { log } }) => {
    await stopCluster(clusterDir, cacheDir, log);
    return 0;
  }),
  'base-images': withNode(async ({ environment: { clusterDir, cacheDir }, output }) => {
    await buildBaseImages(clusterDir, cacheDir, output.log);
    return 0;
  }),
  status,
  env,
  kubeconfig: async ({ environment: { clusterDir }, output }) => {
    output.print(kubeconfigPath(clusterDir, 'admin'));
    return 0;
  },
  help: async ({ output }) => {
    output.print(HELP);
    return 0;
  },
};

/** For a POSIX shell. */
export const quote = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
