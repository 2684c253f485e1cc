import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ALL_BINARIES, CONTROL_PLANE_BINARIES } from '../binaries/catalogue.js';
import { type Log, locateBinary, provideBinaries } from '../binaries/provide.js';
import { kubeconfigPath } from '../control-plane/kubeconfig.js';
import { CONTROL_PLANE } from '../control-plane/settings.js';
import { endAll, launchOnLoopback } from '../control-plane/start.js';
import type { Environment } from '../environment.js';
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

/** Carries out one command and returns the exit code. Two that change something wait for one another. */
export const carryOut = async (command: Command, environment: Environment, output: Output): Promise<number> => {
  const { print, log } = output;
  const { clusterDir } = environment;
  const alone = <T>(work: () => Promise<T>): Promise<T> =>
    withLock(join(environment.cacheDir, 'command.lock'), work, () =>
      log('waiting for another command on this cluster'),
    );
  switch (command.name) {
    case 'help':
      print(HELP);
      return 0;
    case 'build':
      await provideBinaries(command.controlPlaneOnly ? CONTROL_PLANE_BINARIES : ALL_BINARIES, environment, log);
      return 0;
    case 'up':
      await alone(() => upControlPlane(environment, log));
      return 0;
    case 'down':
      await alone(() => down(clusterDir));
      return 0;
    case 'status':
      return status(clusterDir, print);
    case 'kubeconfig':
      print(kubeconfigPath(clusterDir, 'admin'));
      return 0;
    case 'env':
      print(`export KUBECONFIG=${quote(kubeconfigPath(clusterDir, 'admin'))}`);
      print(`export PATH=${quote(dirname(locateBinary('kubectl', environment)))}:"$PATH"`);
      return 0;
  }
};

const upControlPlane = async (environment: Environment, log: Log): Promise<void> => {
  const binaries = await provideBinaries(CONTROL_PLANE_BINARIES, environment, log);
  mkdirSync(environment.clusterDir, { recursive: true, mode: 0o700 });
  await launchOnLoopback(environment.clusterDir, openCrew(environment.clusterDir, 'own'), binaries);
};

const down = async (dir: string): Promise<void> => {
  if (!existsSync(dir)) return;
  await endAll(openCrew(dir, 'own'));
  rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
};

const status = (dir: string, print: (text: string) => void): number => {
  const { find } = openCrew(dir, 'own');
  const rows = CONTROL_PLANE.map((name) => ({ name, pid: find(name)?.pid }));
  print(statusTable(rows));
  return rows.every(({ pid }) => pid !== undefined) ? 0 : 1;
};

/** For a POSIX shell. */
export const quote = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
