import { globSync, readFileSync, readlinkSync, rmdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { containerdSocket } from './configuration.js';

/** Folders in which containerd keeps what it knows of a container with processes, named after its id. */
const bundles = (dir: string): string[] => globSync(join(dir, 'containerd/state/io.containerd.runtime.v2.task/*/*'));

/** Of pods, and of image builds. */
const CGROUPS = '/sys/fs/cgroup/{,*/}{k8s.io,docker}';

const ATTEMPTS = 200;

/** Kills every container of a node whose containerd is gone, with its shim, and removes what both left on the machine. */
export const killContainers = async (dir: string): Promise<void> => {
  for (const pid of shims(dir)) kill(pid);
  for (const bundle of bundles(dir)) {
    await Promise.all(globSync(join(CGROUPS, basename(bundle))).map(emptyCgroup));
    removeTraces(bundle);
  }
  for (const parent of globSync(CGROUPS)) removeFolder(parent);
  removeDeadSockets();
  for (const link of globSync('/var/log/containers/*.log')) {
    if (readlinkSync(link).startsWith(`${dir}/`)) rmSync(link);
  }
};

/** The processes that stand between containerd and one container each: they name its socket in their command line. */
const shims = (dir: string): number[] =>
  globSync('/proc/[0-9]*')
    .map((folder) => Number(basename(folder)))
    .filter((pid) => {
      const words = commandLine(pid);
      return (words[0] ?? '').includes('containerd-shim') && words.includes(containerdSocket(dir));
    });

const commandLine = (pid: number): string[] => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
};

const kill = (pid: number): void => {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
};

/** Kills what is in a cgroup until it can be removed: a process may have been born meanwhile. */
const emptyCgroup = async (folder: string): Promise<void> => {
  for (let attempt = 1; !removeFolder(folder) && attempt <= ATTEMPTS; attempt += 1) {
    for (const pid of members(folder)) kill(pid);
    await sleep(20);
  }
};

const members = (folder: string): number[] => {
  try {
    return readFileSync(join(folder, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number);
  } catch {
    return [];
  }
};

/** True when the folder is gone. */
const removeFolder = (folder: string): boolean => {
  try {
    rmdirSync(folder);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
};

/** Sockets of shims that were killed earlier: nobody listens on them, and nobody knows of them any more. */
const removeDeadSockets = (): void => {
  const sockets = globSync('/run/containerd/s/*');
  const open = readFileSync('/proc/net/unix', 'utf8');
  for (const socket of sockets) if (!open.includes(socket)) rmSync(socket, { force: true });
};

/** The socket of its shim, and what the network plugin noted. */
const removeTraces = (bundle: string): void => {
  try {
    const address = readFileSync(join(bundle, 'address'), 'utf8');
    rmSync(address.replace(/^unix:\/\//, ''), { force: true });
  } catch {
    // Its shim had none yet.
  }
  for (const note of globSync(`/var/lib/cni/results/*-${basename(bundle)}-*`)) rmSync(note, { force: true });
};
