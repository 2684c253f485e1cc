import { existsSync, rmSync } from 'node:fs';
import { type Crew, openCrew } from '../processes/crew.js';
import { killContainers } from './containers.js';
import { clearHost, hasNode } from './host.js';
import { detachMounts } from './mounts.js';

/** What Docker needs to put its image store in order. */
const DOCKER_GRACE_MS = 10_000;

/**
 * Ends every daemon and container of a cluster and removes its state, also after an unclean death, and also a control plane
 * alone. The caches stay. Nothing that follows is worth an orderly end, except Docker's image store.
 */
export const stopCluster = async (
  dir: string,
  cacheDir: string,
  log: (line: string) => void = () => undefined,
): Promise<void> => {
  if (!existsSync(dir)) return;
  const crew: Crew = openCrew(dir, 'own');
  const node = hasNode(dir);
  log('ending its daemons');
  await crew.end('dockerd', DOCKER_GRACE_MS);
  // The kubelet first: it would start again what the others lose.
  await crew.end('kubelet');
  await Promise.all(crew.names().map((name) => crew.end(name)));
  if (node) {
    log('ending containers, removing mounts and links');
    await killContainers(dir);
    await detachMounts(dir);
    await detachMounts(cacheDir);
    await clearHost();
  }
  rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
};
