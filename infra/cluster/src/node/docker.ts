import { existsSync } from 'node:fs';
import { readEnvironment } from '../environment.js';
import { dockerSocket } from './configuration.js';

/** Variables by which docker(1) reaches the Docker of a node. */
export const dockerVariables = (dir: string): Readonly<Record<string, string>> => ({
  DOCKER_HOST: `unix://${dockerSocket(dir)}`,
  // Debian's Docker comes without BuildKit's client, which newer clients look for.
  DOCKER_BUILDKIT: '0',
});

/** The same for the node that runs on this machine; undefined when there is none. */
export const findNodeDocker = (): Readonly<Record<string, string>> | undefined => {
  const { clusterDir } = readEnvironment();
  return existsSync(dockerSocket(clusterDir)) ? dockerVariables(clusterDir) : undefined;
};
