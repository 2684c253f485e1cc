import { join } from 'node:path';
import { NETWORK, NODE_NAME } from './network.js';

/** The configuration files of a node's daemons, by their name below the cluster's directory. */
export const configurationFiles = (dir: string): Readonly<Record<string, string>> => ({
  'containerd.toml': containerd(dir),
  'cni/keyturn.conflist': json(podNetwork(dir)),
  'kubelet.yaml': json(kubelet(dir)),
  'kube-proxy.yaml': json(kubeProxy(dir)),
});

export const containerdSocket = (dir: string): string => join(dir, 'run', 'containerd.sock');

export const dockerSocket = (dir: string): string => join(dir, 'run', 'docker.sock');

/** The client of Debian's package: another one on the PATH may be of another time. */
export const DOCKER = '/usr/bin/docker';

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/**
 * Everything of it is below the cluster's directory, the network namespaces too, so that one pass over the mounts finds
 * them. Lowering a score of the out-of-memory killer needs a capability that root in a container often lacks.
 */
const containerd = (dir: string): string => `version = 2
root = "${dir}/containerd/root"
state = "${dir}/containerd/state"
temp = "${dir}/containerd/tmp"
[grpc]
  address = "${containerdSocket(dir)}"
[plugins."io.containerd.internal.v1.opt"]
  path = "${dir}/containerd/opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "localhost/pause:1"
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${dir}/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      Root = "${dir}/run/runc"
`;

/** Pods reach one another, the node and services; there is no way out of the machine. */
const podNetwork = (dir: string) => ({
  cniVersion: '0.4.0',
  name: 'keyturn',
  plugins: [
    {
      type: 'bridge',
      bridge: NETWORK.bridge,
      isGateway: true,
      hairpinMode: true,
      ipam: {
        type: 'host-local',
        dataDir: join(dir, 'ipam'),
        ranges: [[{ subnet: NETWORK.pods }]],
        routes: [{ dst: '0.0.0.0/0' }],
      },
    },
  ],
});

const kubelet = (dir: string) => ({
  apiVersion: 'kubelet.config.k8s.io/v1beta1',
  kind: 'KubeletConfiguration',
  address: NETWORK.node,
  healthzPort: 0,
  authentication: {
    anonymous: { enabled: false },
    webhook: { enabled: true },
    x509: { clientCAFile: join(dir, 'pki', 'ca.crt') },
  },
  authorization: { mode: 'Webhook' },
  containerRuntimeEndpoint: `unix://${containerdSocket(dir)}`,
  // Works on cgroup v1 without a delegated hierarchy, as in a container.
  cgroupDriver: 'cgroupfs',
  cgroupsPerQOS: false,
  enforceNodeAllocatable: [],
  failCgroupV1: false,
  failSwapOn: false,
  oomScoreAdj: 0,
  clusterDNS: [NETWORK.dns],
  clusterDomain: 'cluster.local',
  resolvConf: '',
  podLogsDir: join(dir, 'pod-logs'),
  volumePluginDir: join(dir, 'kubelet', 'volume-plugins'),
  makeIPTablesUtilChains: false,
  // An image that was removed to save room could be pulled from nowhere.
  imageGCHighThresholdPercent: 100,
  evictionHard: {
    'nodefs.available': '0%',
    'nodefs.inodesFree': '0%',
    'imagefs.available': '0%',
    'memory.available': '100Mi',
  },
});

/** In the nftables mode it keeps to one table per family, which `down` removes whole. */
const kubeProxy = (dir: string) => ({
  apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
  kind: 'KubeProxyConfiguration',
  mode: 'nftables',
  hostnameOverride: NODE_NAME,
  clientConnection: { kubeconfig: join(dir, 'pki', 'proxy.kubeconfig') },
  clusterCIDR: NETWORK.pods,
  nodePortAddresses: [`${NETWORK.node}/32`],
  healthzBindAddress: `${NETWORK.node}:10256`,
  metricsBindAddress: `${NETWORK.node}:10249`,
  oomScoreAdj: 0,
  conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
});
