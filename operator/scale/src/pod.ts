import type { RingRole } from '@keyturn/keyring';

/** A pod of a service as the chart makes it, so that it takes as much room in the API as a real one. */
export interface SimulatedPod {
  readonly namespace: string;
  readonly workload: string;
  readonly name: string;
  readonly role: RingRole;
  readonly address: string;
}

const PER_NETWORK = 250;

/** Loopback addresses of one process's pods: other processes of this machine use other networks. */
export const loopbackAddress = (index: number, owner: number = process.pid): string =>
  `127.${10 + (owner % 200)}.${Math.floor(index / PER_NETWORK)}.${1 + (index % PER_NETWORK)}`;

export interface Size {
  readonly workloads: number;
  readonly pods: number;
  readonly namespaces: readonly string[];
}

/** The first workload is the issuer; the others verify. Workloads and their pods are spread over the namespaces. */
export function simulatedPods({ workloads, pods, namespaces }: Size): SimulatedPod[] {
  return Array.from({ length: pods }, (_, index) => {
    const number = index % workloads;
    const workload = `service-${String(number).padStart(4, '0')}`;
    return {
      namespace: namespaces[number % namespaces.length] ?? 'default',
      workload,
      name: `${workload}-7c9d8b6f5-${index.toString(36).padStart(5, '0')}`,
      role: number === 0 ? 'issuer' : 'verifier',
      address: loopbackAddress(index),
    };
  });
}

const probe = (path: string) => ({ httpGet: { path, port: 'management' }, periodSeconds: 5, failureThreshold: 3 });

const VARIABLES = {
  NODE_ENV: 'production',
  LOG_FORMAT: 'json',
  LOG_LEVEL: 'info',
  PORT: '3000',
  MANAGEMENT_PORT: '9000',
  KEYTURN_BASE_URL: 'https://platform.example',
  KEYTURN_AUDIENCE: 'keyturn',
  KEYTURN_RING_URLS: 'http://keyturn-auth-internal.platform.svc.cluster.local:9000',
  KEYTURN_RINGS_DIR: '/etc/keyturn/rings',
  KEYTURN_STATE_DIR: '/var/lib/keyturn',
  KEYTURN_TOKEN_RING: 'tokens',
  DATABASE_URL: 'postgresql://service@postgres.platform.svc.cluster.local:5432/service',
};

const CONTAINER = {
  image: 'registry.example/keyturn/service:0.1.0',
  env: Object.entries(VARIABLES).map(([name, value]) => ({ name, value })),
  resources: { requests: { cpu: '50m', memory: '128Mi' }, limits: { memory: '256Mi' } },
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  },
};

/** What the API server is given. */
export const podObject = ({ workload, name, role }: SimulatedPod, ring: string): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name,
    labels: {
      'app.kubernetes.io/name': workload,
      'app.kubernetes.io/part-of': 'shop',
      'pod-template-hash': '7c9d8b6f5',
      [`ring.keyturn.dev/${ring}`]: role,
    },
    annotations: { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '9000' },
  },
  spec: {
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: 40,
    securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: 'RuntimeDefault' } },
    initContainers: [{ ...CONTAINER, name: 'migrate', args: ['dist/migrate.js'] }],
    containers: [
      {
        ...CONTAINER,
        name: workload,
        ports: [
          { name: 'http', containerPort: 3000 },
          { name: 'management', containerPort: 9000 },
        ],
        startupProbe: probe('/livez'),
        livenessProbe: probe('/livez'),
        readinessProbe: probe('/readyz'),
        lifecycle: { preStop: { sleep: { seconds: 5 } } },
        volumeMounts: [
          { name: 'state', mountPath: '/var/lib/keyturn' },
          { name: 'rings', mountPath: '/etc/keyturn/rings', readOnly: true },
          { name: 'tmp', mountPath: '/tmp' },
        ],
      },
    ],
    volumes: [
      { name: 'state', emptyDir: {} },
      { name: 'tmp', emptyDir: {} },
      { name: 'rings', configMap: { name: `keyring-${ring}-public`, optional: true } },
    ],
  },
});

const container = (name: string, state: object, at: string) => ({
  name,
  image: CONTAINER.image,
  imageID: 'registry.example/keyturn/service@sha256:0f5c4d1e',
  containerID: `containerd://${at}`,
  ready: true,
  restartCount: 0,
  state,
});

/** What its kubelet says once it runs. */
export function runningStatus({ address, workload }: SimulatedPod, at: string): object {
  const types = ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'];
  const ended = { terminated: { exitCode: 0, reason: 'Completed', startedAt: at, finishedAt: at } };
  return {
    phase: 'Running',
    podIP: address,
    podIPs: [{ ip: address }],
    hostIP: '10.0.0.1',
    startTime: at,
    conditions: types.map((type) => ({ type, status: 'True', lastTransitionTime: at })),
    initContainerStatuses: [container('migrate', ended, at)],
    containerStatuses: [container(workload, { running: { startedAt: at } }, at)],
  };
}
