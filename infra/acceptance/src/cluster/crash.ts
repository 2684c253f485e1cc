import { globSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';

/** `v1` ContainerStatus.containerID, such as `containerd://4f0…`, without its scheme. */
export const idOf = (containerId: string): string => containerId.replace(/^[a-z-]+:\/\//, '');

/** Of this machine's processes those in a container's control group, by what is in /proc/PID/cgroup. */
export const processesOf = (id: string): number[] =>
  globSync('/proc/[0-9]*/cgroup')
    .filter((file) => groups(file).includes(id))
    .map((file) => Number(basename(dirname(file))));

const groups = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // It has ended since.
    return '';
  }
};

/**
 * SIGKILL for every process of a container that runs on this machine, once what is returned is called: it finds nothing out
 * any more, so it is quick. Throws an Error when there is none.
 */
export const crashOf = (containerId: string): (() => void) => {
  const id = idOf(containerId);
  const pids = id === '' ? [] : processesOf(id);
  if (pids.length === 0) throw new Error(`no process of container ${containerId} runs on this machine`);
  return () => {
    for (const pid of pids) process.kill(pid, 'SIGKILL');
  };
};
