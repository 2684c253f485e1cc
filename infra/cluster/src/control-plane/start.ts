import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { CONTROL_PLANE_BINARIES } from '../binaries/catalogue.js';
import { type Binaries, provideBinaries } from '../binaries/provide.js';
import { readEnvironment } from '../environment.js';
import { type Crew, openCrew } from '../processes/crew.js';
import { openCredentials } from './credentials.js';
import { kubeconfigPath } from './kubeconfig.js';
import { launchControlPlane, launchDaemon, type Parts } from './launch.js';
import { choosePorts, usedPorts } from './ports.js';
import { apiUrl, CONTROL_PLANE, etcdUrl, LOOPBACK } from './settings.js';
import { putBack, takeSnapshot } from './snapshot.js';
import { makeTemporaryDir, removeDir } from './temporary.js';
import type { ControlPlane, ControlPlaneOptions, RestartOptions } from './types.js';

type ControlPlaneBinaries = Binaries<(typeof CONTROL_PLANE_BINARIES)[number]>;

/** Longer than an API server waits for requests in flight. */
const ORDERLY_MS = 70_000;
const PORT_ATTEMPTS = 5;
const SERVICE_RANGE = '10.0.0.0/24';

/**
 * Why no control plane can be started here; undefined when one can. Builds what is missing, which takes minutes the first
 * time: call it where that is expected. `log` receives progress.
 */
export const prepareControlPlane = async (log?: (line: string) => void): Promise<string | undefined> => {
  if (process.platform !== 'linux') return 'the test cluster needs Linux';
  try {
    await provideBinaries(CONTROL_PLANE_BINARIES, readEnvironment(), log);
    return undefined;
  } catch (error) {
    return (error as Error).message.split('\n')[0];
  }
};

/**
 * Starts a control plane on loopback and resolves when it works. It needs no root, does not outlive this process, even one
 * that is killed, and several run side by side. Binaries that are missing are built first.
 */
export const startControlPlane = async (options: ControlPlaneOptions = {}): Promise<ControlPlane> => {
  const binaries = await provideBinaries(CONTROL_PLANE_BINARIES, readEnvironment(), options.log);
  const temporary = options.dir === undefined;
  const dir = options.dir === undefined ? await makeTemporaryDir() : resolve(options.dir);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const crew = openCrew(dir, 'caller');
  const stop = async (): Promise<void> => {
    await endAll(crew);
    if (temporary) await removeDir(dir);
  };
  try {
    await endAll(crew);
    return controlPlane(await launchOnLoopback(dir, crew, binaries), binaries.kubectl, stop);
  } catch (error) {
    await stop();
    throw error;
  }
};

export const endAll = async (crew: Crew): Promise<void> => {
  await Promise.all(crew.names().map((name) => crew.end(name)));
};

/** Starts what does not run. A port may be taken between choosing and listening: then others are chosen. */
export const launchOnLoopback = async (dir: string, crew: Crew, binaries: ControlPlaneBinaries): Promise<Parts> => {
  const credentials = await openCredentials(dir, [LOOPBACK]);
  for (let attempt = 1; ; attempt += 1) {
    const ports = CONTROL_PLANE.some((daemon) => crew.find(daemon)) ? usedPorts(dir) : await choosePorts(dir);
    const setting = { dir, ports, address: LOOPBACK, serviceRange: SERVICE_RANGE, nodes: false };
    const parts = { crew, binaries, credentials, setting };
    try {
      await launchControlPlane(parts);
      return parts;
    } catch (error) {
      if (!/address already in use/i.test((error as Error).message) || attempt >= PORT_ATTEMPTS) throw error;
      await endAll(crew);
    }
  }
};

const controlPlane = (parts: Parts, kubectl: string, stop: () => Promise<void>): ControlPlane => {
  const { crew, setting } = parts;
  const { dir } = setting;
  const kubeconfig = kubeconfigPath(dir, 'admin');
  const self: ControlPlane = {
    dir,
    url: apiUrl(setting),
    etcdUrl: etcdUrl(setting),
    kubeconfig,
    env: { KUBECONFIG: kubeconfig },
    kubectl,
    stop,
    pidOf: (daemon) => crew.find(daemon)?.pid,
    kill: (daemon) => crew.end(daemon),
    start: (daemon) => launchDaemon(parts, daemon),
    async restart(daemon, { how = 'orderly', whileDown }: RestartOptions = {}) {
      await crew.end(daemon, how === 'orderly' ? ORDERLY_MS : 0);
      await whileDown?.();
      await launchDaemon(parts, daemon);
    },
    pause: (daemon) => crew.signal(daemon, 'SIGSTOP'),
    resume: (daemon) => crew.signal(daemon, 'SIGCONT'),
    restartApiServer: (options) => self.restart('kube-apiserver', options),
    killApiServer: () => self.kill('kube-apiserver'),
    snapshot: () => takeSnapshot(dir, crew),
    async restore(snapshot) {
      await Promise.all(CONTROL_PLANE.map((daemon) => crew.end(daemon)));
      await putBack(dir, snapshot);
      await launchControlPlane(parts);
    },
  };
  return self;
};
