import { join } from 'node:path';

/** The three daemons of a control plane, in the order in which they start. */
export const CONTROL_PLANE = ['etcd', 'kube-apiserver', 'kube-controller-manager'] as const;

export type ControlPlaneDaemon = (typeof CONTROL_PLANE)[number];

export interface Ports {
  readonly etcd: number;
  readonly etcdPeer: number;
  readonly apiServer: number;
}

/** Where a control plane listens, and what surrounds it. */
export interface Setting {
  readonly dir: string;
  readonly ports: Ports;
  /** Address of the API server. */
  readonly address: string;
  readonly serviceRange: string;
  /** Whether kubelets will join: then nodes and their pods are judged by what kubelets say. */
  readonly nodes: boolean;
}

export const LOOPBACK = '127.0.0.1';

const flags = (values: Readonly<Record<string, string | number | boolean>>): string[] =>
  Object.entries(values).map(([name, value]) => `--${name}=${value}`);

export const etcdUrl = ({ ports }: Pick<Setting, 'ports'>): string => `http://${LOOPBACK}:${ports.etcd}`;

export const apiUrl = ({ address, ports }: Pick<Setting, 'address' | 'ports'>): string =>
  `https://${address}:${ports.apiServer}`;

/** Data survives the death of etcd, but not a power cut: it does not wait for the disk. */
const etcdArguments = (setting: Setting): string[] => [
  '--unsafe-no-fsync',
  ...flags({
    'data-dir': join(setting.dir, 'etcd'),
    'listen-client-urls': etcdUrl(setting),
    'advertise-client-urls': etcdUrl(setting),
    'listen-peer-urls': `http://${LOOPBACK}:${setting.ports.etcdPeer}`,
    'log-level': 'warn',
  }),
];

const apiServerArguments = (setting: Setting): string[] => {
  const pki = (file: string): string => join(setting.dir, 'pki', file);
  return flags({
    'etcd-servers': etcdUrl(setting),
    'bind-address': setting.address,
    'secure-port': setting.ports.apiServer,
    'tls-cert-file': pki('apiserver.crt'),
    'tls-private-key-file': pki('apiserver.key'),
    'client-ca-file': pki('ca.crt'),
    'token-auth-file': pki('tokens.csv'),
    'service-account-issuer': 'https://kubernetes.default.svc',
    'service-account-key-file': pki('service-accounts.pub'),
    'service-account-signing-key-file': pki('service-accounts.key'),
    'service-cluster-ip-range': setting.serviceRange,
    'authorization-mode': 'Node,RBAC',
    'enable-admission-plugins': 'NodeRestriction',
    'allow-privileged': true,
    ...(setting.nodes
      ? {
          'advertise-address': setting.address,
          'kubelet-client-certificate': pki('to-kubelet.crt'),
          'kubelet-client-key': pki('to-kubelet.key'),
          'kubelet-preferred-address-types': 'InternalIP',
        }
      : // A loopback address cannot be an endpoint of the `kubernetes` service; nobody is there to use it either.
        { 'advertise-address': '192.0.2.1', 'endpoint-reconciler-type': 'none' }),
  });
};

/** Without kubelets these would take every node for dead and delete its pods. */
const NODE_CONTROLLERS = ['node-lifecycle-controller', 'taint-eviction-controller', 'pod-garbage-collector-controller'];

/** With its default limit on requests, and an account per controller, the first pod would be some seconds late. */
const FAST = { 'kube-api-qps': 500, 'kube-api-burst': 500 };

const controllerManagerArguments = (setting: Setting): string[] => {
  const pki = (file: string): string => join(setting.dir, 'pki', file);
  return flags({
    kubeconfig: pki('controller-manager.kubeconfig'),
    'leader-elect': false,
    'secure-port': 0,
    ...FAST,
    'use-service-account-credentials': true,
    'service-account-private-key-file': pki('service-accounts.key'),
    'root-ca-file': pki('ca.crt'),
    'cluster-signing-cert-file': pki('ca.crt'),
    'cluster-signing-key-file': pki('ca.key'),
    controllers: ['*', ...(setting.nodes ? [] : NODE_CONTROLLERS.map((name) => `-${name}`))].join(','),
  });
};

/** The command line of each daemon, without its program. */
export const controlPlaneArguments = (setting: Setting): Readonly<Record<ControlPlaneDaemon, string[]>> => ({
  etcd: etcdArguments(setting),
  'kube-apiserver': apiServerArguments(setting),
  'kube-controller-manager': controllerManagerArguments(setting),
});
