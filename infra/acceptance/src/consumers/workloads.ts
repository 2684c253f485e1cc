import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RELEASE, NAMESPACE } from '../cluster/release.js';
import { ROOT } from '../programs.js';

const SCRIPTS = join(ROOT, 'infra/acceptance/pods');

const RESTRICTED = {
  pod: {
    runAsNonRoot: true,
    runAsUser: 65532,
    runAsGroup: 65532,
    fsGroup: 65532,
    seccompProfile: { type: 'RuntimeDefault' },
  },
  container: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
};

const script = (name: string): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: `acceptance-${name}` },
  data: { [`${name}.mjs`]: readFileSync(join(SCRIPTS, `${name}.mjs`), 'utf8') },
});

interface Program {
  readonly name: string;
  readonly script: 'verifier' | 'legacy';
  readonly image: string;
  readonly replicas: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly env: readonly object[];
  readonly probe?: object;
}

const deployment = ({ name, script, image, replicas, labels, env, probe }: Program): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name, ...labels } },
      spec: {
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        terminationGracePeriodSeconds: 2,
        securityContext: RESTRICTED.pod,
        containers: [
          {
            name,
            image,
            imagePullPolicy: 'IfNotPresent',
            args: ['--max-old-space-size=48', '--max-semi-space-size=1', `/scripts/${script}.mjs`],
            env,
            ...(probe && { readinessProbe: probe }),
            securityContext: RESTRICTED.container,
            resources: { requests: { cpu: '5m', memory: '32Mi' }, limits: { memory: '160Mi' } },
            volumeMounts: [
              { name: 'scripts', mountPath: '/scripts', readOnly: true },
              { name: 'state', mountPath: '/var/lib/keyturn' },
            ],
          },
        ],
        volumes: [
          { name: 'scripts', configMap: { name: `acceptance-${script}` } },
          { name: 'state', emptyDir: {} },
        ],
      },
    },
  },
});

const host = (service: string): string => `http://${RELEASE}-${service}.${NAMESPACE}.svc.cluster.local:9000`;

/** Small pods that verify tokens of a ring and answer for it, and do nothing else. `image` is that of a service. */
export const verifiers = (name: string, ring: string, image: string, replicas: number): object[] => [
  script('verifier'),
  deployment({
    name,
    script: 'verifier',
    image,
    replicas,
    labels: { [`ring.keyturn.dev/${ring}`]: 'verifier' },
    env: [
      { name: 'RING', value: ring },
      { name: 'RING_URLS', value: `${host('auth-internal')},${host('operator')}` },
      { name: 'AUDIENCE', value: 'keyturn' },
      { name: 'KEYTURN_POD_UID', valueFrom: { fieldRef: { fieldPath: 'metadata.uid' } } },
    ],
    probe: { httpGet: { path: '/readyz', port: 9001 }, periodSeconds: 1 },
  }),
];

/** A Deployment that reads a ring from an environment variable, so that only a new pod knows a new key. */
export const legacyWorkload = (name: string, ring: string, image: string): object[] => [
  script('legacy'),
  deployment({
    name,
    script: 'legacy',
    image,
    replicas: 2,
    env: [{ name: 'SESSION_RING', valueFrom: { secretKeyRef: { name: `keyring-${ring}`, key: 'ring.json' } } }],
  }),
];
