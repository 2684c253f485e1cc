import { existsSync } from 'node:fs';
import type { Binaries } from '../binaries/provide.js';
import { containerdSocket, DOCKER, dockerSocket } from '../node/configuration.js';
import { runCommand } from '../processes/command.js';
import { packProgram } from './archive.js';

/** Arguments of ctr(8) that reach the images of the node's pods. */
const images = (dir: string): string[] => ['--address', containerdSocket(dir), '--namespace', 'k8s.io', 'images'];

const isLoaded = async (dir: string, image: string): Promise<boolean> =>
  (await runCommand('ctr', [...images(dir), 'list', '--quiet', `name==${image}`])).trim() !== '';

/** The images of the node itself, made from its binaries, unless it has them. */
export const loadOwnImages = async (dir: string, binaries: Binaries): Promise<void> => {
  for (const name of ['pause', 'coredns'] as const) {
    if (await isLoaded(dir, `localhost/${name}:1`)) continue;
    const archive = `${binaries[name]}.tar`;
    if (!existsSync(archive)) await packProgram(name, binaries[name]);
    await runCommand('ctr', [...images(dir), 'import', archive]);
  }
};

/**
 * Gives images to the node, where pods find them by the same name: from Docker, or from files as `docker save` or an OCI
 * layout in a tar makes them. Those of Docker travel together, so that what they share travels once.
 */
export const loadImages = async (dir: string, sources: readonly string[]): Promise<void> => {
  for (const file of sources.filter((source) => existsSync(source))) {
    await runCommand('ctr', [...images(dir), 'import', file]);
  }
  const names = sources.filter((source) => !existsSync(source));
  if (names.length === 0) return;
  const docker = `unix://${dockerSocket(dir)}`;
  for (const name of names) {
    await runCommand(DOCKER, ['--host', docker, 'image', 'inspect', name]).catch(() => {
      throw new Error(`load: ${name} is neither a file nor an image of the cluster's Docker`);
    });
  }
  // The two ends of a pipe: a shell's work. What it is given is never read as shell text.
  const script = `${DOCKER} -H "$1" save "\${@:3}" | ctr -a "$2" -n k8s.io images import -`;
  const options = ['--norc', '-o', 'pipefail', '-c', script, 'load'];
  await runCommand('bash', [...options, docker, containerdSocket(dir), ...names]);
};
