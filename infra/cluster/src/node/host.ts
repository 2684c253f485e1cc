import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runCommand } from '../processes/command.js';
import { volumeFolders } from './addons.js';
import { configurationFiles } from './configuration.js';
import { isMountPoint } from './mounts.js';
import { NETWORK } from './network.js';

/** Unix sockets below the directory have names of at most 108 characters. */
const LONGEST_DIR = 70;

export const checkDir = (dir: string): void => {
  if (dir.length > LONGEST_DIR || !/^[\w@+=:,./-]+$/.test(dir)) {
    throw new Error(`KEYTURN_CLUSTER_DIR: at most ${LONGEST_DIR} characters, without spaces or quotes, not ${dir}`);
  }
};

/** Whether a directory has, or had, a cluster with a node. */
export const hasNode = (dir: string): boolean => existsSync(join(dir, 'containerd.toml'));

/** Folders and files below the cluster's directory that its daemons expect. */
export const writeFiles = (dir: string): void => {
  for (const [name, content] of Object.entries(configurationFiles(dir))) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), content);
  }
  for (const folder of [join(dir, 'kubelet'), ...volumeFolders(dir)]) mkdirSync(folder, { recursive: true });
};

/** Services without an endpoint, and those that kube-proxy does not know yet, are refused here instead of looked for elsewhere. */
const SERVICES_END_HERE = ['local', NETWORK.services, 'dev', 'lo'];

/** The node's addresses, forwarding between its pods, and a place whose mounts containers see. All of it may be there. */
export const prepareHost = async (dir: string): Promise<void> => {
  await runCommand('ip', ['address', 'replace', `${NETWORK.node}/32`, 'dev', 'lo']);
  await runCommand('ip', ['route', 'replace', ...SERVICES_END_HERE, 'src', NETWORK.node]);
  // Built into some kernels, where there is nothing to load.
  await runCommand('modprobe', ['--quiet', '--all', 'br_netfilter', 'overlay']).catch(() => undefined);
  await runCommand('sysctl', ['-qw', 'net.ipv4.ip_forward=1', 'net.bridge.bridge-nf-call-iptables=1']);
  const kubelet = join(dir, 'kubelet');
  if (!isMountPoint(kubelet)) {
    await runCommand('mount', ['--bind', kubelet, kubelet]);
    await runCommand('mount', ['--make-rshared', kubelet]);
  }
};

/** Takes back what prepareHost and kube-proxy did. What is gone already is no trouble. */
export const clearHost = async (): Promise<void> => {
  const gone = [
    ['ip', 'link', 'delete', NETWORK.bridge],
    ['ip', 'route', 'delete', ...SERVICES_END_HERE],
    ['ip', 'address', 'delete', `${NETWORK.node}/32`, 'dev', 'lo'],
    ['nft', 'delete', 'table', 'ip', 'kube-proxy'],
    ['nft', 'delete', 'table', 'ip6', 'kube-proxy'],
  ];
  for (const [program = '', ...args] of gone) await runCommand(program, args).catch(() => undefined);
};
