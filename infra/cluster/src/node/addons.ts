import { join } from 'node:path';
import { NETWORK, NODE_NAME } from './network.js';

/** What a bare control plane lacks: cluster DNS, and somewhere to put the data of PersistentVolumeClaims. */
export const addons = (dir: string): object => ({
  apiVersion: 'v1',
  kind: 'List',
  items: [...dnsAccess(), dnsConfiguration(), dnsDeployment(), dnsService(), storageClass(), ...volumes(dir)],
});

/** Folders that serve as volumes. A claim that is deleted leaves its volume used. */
export const volumeFolders = (dir: string): string[] =>
  Array.from({ length: VOLUMES }, (_, index) => join(dir, 'volumes', String(index + 1)));

const VOLUMES = 16;
const metadata = { name: 'coredns', namespace: 'kube-system' };
const labels = { 'k8s-app': 'kube-dns' };

const dnsAccess = (): object[] => [
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'keyturn:coredns' },
    rules: [
      { apiGroups: [''], resources: ['services', 'pods', 'namespaces'], verbs: ['list', 'watch'] },
      { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list', 'watch'] },
    ],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'keyturn:coredns' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'keyturn:coredns' },
    subjects: [{ kind: 'ServiceAccount', ...metadata }],
  },
];

/** Without `forward`: names outside the cluster fail at once instead of leaving the machine. */
const dnsConfiguration = (): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata,
  data: {
    Corefile: `.:1053 {
  errors
  health :8080 {
    lameduck 3s
  }
  ready :8181
  kubernetes cluster.local in-addr.arpa ip6.arpa {
    ttl 5
  }
  cache 5
}
`,
  },
});

const dnsContainer = {
  name: 'coredns',
  image: 'localhost/coredns:1',
  imagePullPolicy: 'Never',
  args: ['-conf', '/etc/coredns/Corefile'],
  ports: [
    { name: 'dns', containerPort: 1053, protocol: 'UDP' },
    { name: 'dns-tcp', containerPort: 1053, protocol: 'TCP' },
  ],
  readinessProbe: { httpGet: { path: '/ready', port: 8181 }, periodSeconds: 1 },
  // Without a share of its own it gets next to nothing on a busy machine, and every name takes seconds.
  resources: { requests: { cpu: '100m', memory: '70Mi' } },
  securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
  volumeMounts: [{ name: 'config', mountPath: '/etc/coredns' }],
};

const dnsDeployment = (): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { ...metadata, labels },
  spec: {
    replicas: 1,
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: {
        serviceAccountName: 'coredns',
        dnsPolicy: 'Default',
        priorityClassName: 'system-cluster-critical',
        securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: 'RuntimeDefault' } },
        containers: [dnsContainer],
        volumes: [{ name: 'config', configMap: { name: 'coredns' } }],
      },
    },
  },
});

const dnsService = (): object => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'kube-dns', namespace: 'kube-system', labels },
  spec: {
    clusterIP: NETWORK.dns,
    selector: labels,
    ports: [
      { name: 'dns', port: 53, targetPort: 'dns', protocol: 'UDP' },
      { name: 'dns-tcp', port: 53, targetPort: 'dns-tcp', protocol: 'TCP' },
      { name: 'ready', port: 8181, protocol: 'TCP' },
    ],
  },
});

const storageClass = (): object => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'local', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
  provisioner: 'kubernetes.io/no-provisioner',
  volumeBindingMode: 'WaitForFirstConsumer',
});

/** `local` volumes, which honour fsGroup; those of the kind hostPath do not. */
const volumes = (dir: string): object[] =>
  volumeFolders(dir).map((path, index) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: `local-${index + 1}` },
    spec: {
      storageClassName: 'local',
      capacity: { storage: '10Gi' },
      accessModes: ['ReadWriteOnce'],
      persistentVolumeReclaimPolicy: 'Retain',
      local: { path },
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [
            { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [NODE_NAME] }] },
          ],
        },
      },
    },
  }));
