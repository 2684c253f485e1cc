import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ALL_BINARIES } from '../binaries/catalogue.js';
import { type Binaries, type Log, provideBinaries } from '../binaries/provide.js';
import { openCredentials } from '../control-plane/credentials.js';
import { kubeconfigPath } from '../control-plane/kubeconfig.js';
import { launchControlPlane, type Parts } from '../control-plane/launch.js';
import { choosePorts, usedPorts } from '../control-plane/ports.js';
import { CONTROL_PLANE, LOOPBACK } from '../control-plane/settings.js';
import type { Environment } from '../environment.js';
import { loadOwnImages } from '../images/load.js';
import { runCommand } from '../processes/command.js';
import { type Crew, openCrew } from '../processes/crew.js';
import { addons } from './addons.js';
import { nodeDaemons } from './daemons.js';
import { checkDir, hasNode, prepareHost, writeFiles } from './host.js';
import { API_PORT, NETWORK } from './network.js';
import { installPackages, missingPackages } from './packages.js';
import { awaitContainerd, awaitDocker, awaitNode } from './readiness.js';

/** Starts a cluster of one node, or what of it does not run, and resolves when pods can be run and found by name. */
export const startNode = async (environment: Environment, log: Log): Promise<void> => {
  const { clusterDir: dir, cacheDir } = environment;
  if (process.getuid?.() !== 0) throw new Error('up needs root; up --control-plane-only does not');
  checkDir(dir);
  if (existsSync(join(dir, 'pki')) && !hasNode(dir)) throw new Error('a control plane alone is there: run down first');
  const binaries = await provideBinaries(ALL_BINARIES, environment, log);
  const missing = await missingPackages();
  if (missing.length > 0) {
    log(`installing ${missing.join(', ')}`);
    await installPackages(missing);
  }
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const crew = openCrew(dir, 'own');
  writeFiles(dir);
  await prepareHost(dir);
  const parts = await nodeParts(dir, crew, binaries);
  const daemons = nodeDaemons(dir, cacheDir, binaries);
  const runtime = async (): Promise<void> => {
    crew.start(daemons.containerd);
    await awaitContainerd(dir, crew);
    crew.start(daemons.dockerd);
    await loadOwnImages(dir, binaries);
    log('containerd is ready, with the images of the node');
  };
  const api = async (): Promise<void> => {
    await launchControlPlane(parts);
    log('the API server is ready');
  };
  await Promise.all([runtime(), api()]);
  for (const name of ['kube-scheduler', 'kube-proxy', 'kubelet'] as const) crew.start(daemons[name]);
  await applyAddons(dir, binaries.kubectl);
  await awaitNode(parts, log);
  await awaitDocker(dir, crew);
};

const nodeParts = async (dir: string, crew: Crew, binaries: Binaries): Promise<Parts> => {
  const credentials = await openCredentials(dir, [LOOPBACK, NETWORK.node, NETWORK.api]);
  const ports = CONTROL_PLANE.some((daemon) => crew.find(daemon)) ? usedPorts(dir) : await choosePorts(dir);
  const setting = {
    dir,
    ports: { ...ports, apiServer: API_PORT },
    address: NETWORK.node,
    serviceRange: NETWORK.services,
    nodes: true,
  };
  return { crew, binaries, credentials, setting };
};

/** Once: etcd keeps them over a crash. */
const applyAddons = async (dir: string, kubectl: string): Promise<void> => {
  const input = JSON.stringify(addons(dir));
  const applied = join(dir, 'addons.json');
  if (existsSync(applied) && readFileSync(applied, 'utf8') === input) return;
  // Its cache would be left in the working directory: it is given no home.
  const cache = join(dir, 'kubectl-cache');
  await runCommand(kubectl, ['--kubeconfig', kubeconfigPath(dir, 'admin'), '--cache-dir', cache, 'apply', '-f', '-'], {
    input,
  });
  writeFileSync(applied, input);
};
