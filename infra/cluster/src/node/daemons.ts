import { join } from 'node:path';
import type { Binaries } from '../binaries/provide.js';
import { kubeconfigPath } from '../control-plane/kubeconfig.js';
import type { Daemon } from '../processes/crew.js';
import { containerdSocket, dockerSocket } from './configuration.js';
import { NETWORK, NODE_NAME } from './network.js';

/** The daemons that a node adds to a control plane, in the order in which they are shown. */
export const NODE_DAEMONS = ['containerd', 'dockerd', 'kube-scheduler', 'kube-proxy', 'kubelet'] as const;

export type NodeDaemon = (typeof NODE_DAEMONS)[number];

const daemon = (name: NodeDaemon, program: string, ...args: string[]): Daemon => ({ name, program, args });

/** The command lines. Docker only builds images: it gets no network of its own, and its store outlives the cluster. */
export const nodeDaemons = (
  dir: string,
  cacheDir: string,
  binaries: Binaries,
): Readonly<Record<NodeDaemon, Daemon>> => ({
  containerd: daemon('containerd', 'containerd', '--config', join(dir, 'containerd.toml')),
  dockerd: daemon(
    'dockerd',
    'dockerd',
    `--host=unix://${dockerSocket(dir)}`,
    `--data-root=${join(cacheDir, 'docker')}`,
    `--exec-root=${join(dir, 'run', 'docker')}`,
    `--pidfile=${join(dir, 'run', 'docker.pid')}`,
    `--containerd=${containerdSocket(dir)}`,
    '--iptables=false',
    '--ip6tables=false',
    '--bridge=none',
  ),
  'kube-scheduler': daemon(
    'kube-scheduler',
    binaries['kube-scheduler'],
    `--kubeconfig=${kubeconfigPath(dir, 'scheduler')}`,
    '--leader-elect=false',
    '--secure-port=0',
  ),
  'kube-proxy': daemon('kube-proxy', binaries['kube-proxy'], `--config=${join(dir, 'kube-proxy.yaml')}`),
  kubelet: daemon(
    'kubelet',
    binaries.kubelet,
    `--config=${join(dir, 'kubelet.yaml')}`,
    `--kubeconfig=${kubeconfigPath(dir, 'kubelet')}`,
    `--root-dir=${join(dir, 'kubelet')}`,
    `--cert-dir=${join(dir, 'kubelet', 'pki')}`,
    `--hostname-override=${NODE_NAME}`,
    `--node-ip=${NETWORK.node}`,
  ),
});
