import { afterAll, beforeAll, describe, expect, jest } from '@jest/globals';
import { join } from 'node:path';
import { type PostgresServer, startPostgres } from '@keyturn/postgres';
import { Cluster, clusterTest, hasCluster } from './support/cluster.js';
import { CHART, type KubeObject, NAMESPACE, renderSet } from './support/helm.js';
import { Kubelet, type Pod, runScript } from './support/kubelet.js';

jest.setTimeout(300_000);

const HOST = (name: string): string => `keyturn-${name}.${NAMESPACE}.svc.cluster.local`;

const APPS = ['operator', 'auth', 'tasks'] as const;

let cluster: Cluster;
let database: PostgresServer;
let kubelet: Kubelet;
const addresses: Record<string, string> = {};

const eventually = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
  for (const end = performance.now() + 120_000; !(await holds().catch(() => false)); ) {
    if (performance.now() > end) throw new Error(`it did not come true that ${what}\n${kubelet.said()}`);
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
};

const podOf = async (app: string): Promise<Pod> => {
  const found = async () => (await cluster.get<{ items: Pod[] }>('pods', '-l', `app.kubernetes.io/name=${app}`)).items;
  await eventually(`there is a pod of ${app}`, async () => (await found()).length > 0);
  return (await found())[0]!;
};

const isReady = (app: string) => async (): Promise<boolean> =>
  (await fetch(`http://${addresses[app]}:9000/readyz`)).status === 200;

beforeAll(async () => {
  if (!hasCluster) return;
  [cluster, database] = await Promise.all([Cluster.open(), startPostgres()]);
  const values = [
    'crds.applyWithHook=false',
    // The strictest rule for passwords: those of helm test keep it.
    'auth.passwords.minLength=64,auth.passwords.classes=4',
    ...['operator', 'auth', 'services.tasks'].map((app) => `${app}.replicas=1`),
  ];
  await cluster.helm('install', 'keyturn', CHART, '--set', values.join(','));
  const places: Record<string, string> = {};
  kubelet = new Kubelet({ cluster, places });
  for (const app of APPS) addresses[app] = kubelet.nextAddress();
  places[HOST('auth-internal')] = addresses.auth!;
  places[HOST('operator')] = addresses.operator!;
  const { data } = await cluster.get<{ data: { password: string } }>('secret', 'keyturn-postgres');
  const password = Buffer.from(data.password, 'base64').toString();
  for (const name of ['keyturn_auth', 'keyturn_tasks']) {
    await database.createDatabase(name);
    places[`postgresql://keyturn:${password}@${HOST('postgres')}:5432/${name}`] = database.url(name);
  }
  for (const app of APPS) await kubelet.run(app, await podOf(app), addresses[app]!);
  for (const app of APPS) await eventually(`${app} is ready`, isReady(app));
}, 300_000);

afterAll(async () => {
  await kubelet?.stop();
  await Promise.all([cluster?.close(), database?.stop()]);
}, 60_000);

describe('a release on a control plane, its programs run as its pods say', () => {
  clusterTest('comes up by itself: the operator makes the rings, issuer and verifier load them', async () => {
    await cluster.kubectl(['-n', NAMESPACE, 'wait', '--for=condition=Ready', 'keyrings', '--all', '--timeout=60s']);
  });

  clusterTest('keeps the address that its tokens name: another one is refused while the ring is there', async () => {
    const other = ['--reuse-values', '--dry-run=server', '--set', 'baseUrl=https://other.example'];
    await expect(cluster.helm('upgrade', 'keyturn', CHART, ...other)).rejects.toThrow(
      'rings.access-tokens.issuer: must be http://localhost:8080, as of the ring that is there',
    );
  });

  clusterTest(
    'passes helm test: sign-up, token, guarded call, and a rotation that the old token survives',
    async () => {
      const { code, said } = await helmTestWith({});
      expect(`${said}${code === 0 ? '' : kubelet.said()}`).toMatch(/still with the old one\n$/);
      expect(code).toBe(0);
    },
  );

  clusterTest('passes helm test where nobody gets in without a mail, and where the service is not there', async () => {
    const mails = await helmTestWith({ VERIFIED: 'true' });
    expect(mails.said).toMatch(
      /somebody unknown is not signed in[^]*a guarded call is refused without a token[^]*rotated\n$/,
    );
    const none = await helmTestWith({ SERVICE_URL: '' });
    expect(none.said).toMatch(/signs up[^]*no guarded call[^]*a new token is signed by the new key/);
    expect([mails.code, none.code]).toEqual([0, 0]);
  });
});

/** Runs the script of `helm test` as its pod says, at the addresses that programs have here. */
const helmTestWith = async (others: Readonly<Record<string, string>>): Promise<{ code: number; said: string }> => {
  const objects = await renderSet('minimal');
  const hooks = objects.filter(
    ({ kind, metadata }) => kind !== 'Pod' && metadata.annotations?.['helm.sh/hook'] === 'test',
  );
  await cluster.kubectl(
    ['-n', NAMESPACE, 'apply', '-f', '-'],
    hooks.map((hook) => JSON.stringify(hook)).join('\n---\n'),
  );
  const test = objects.find(({ kind }) => kind === 'Pod') as KubeObject & Pod;
  const folder = await cluster.serviceAccount('keyturn-test');
  const said = Object.fromEntries((test.spec.containers[0]?.env ?? []).map(({ name, value }) => [name, value ?? '']));
  expect(said.AUTH_URL).toBe(`http://${HOST('auth')}:80`);
  expect(said.SERVICE_URL).toBe(`http://${HOST('tasks')}:80`);
  return runScript('test-platform.mjs', {
    ...said,
    // The front end has its own tests, with a browser: it takes no part in rings.
    WEB_URL: '',
    AUTH_URL: `http://${addresses.auth}:3000`,
    SERVICE_URL: `http://${addresses.tasks}:3000`,
    KUBERNETES_SERVICE_HOST: new URL(cluster.plane.url).hostname,
    KUBERNETES_SERVICE_PORT: new URL(cluster.plane.url).port,
    NODE_EXTRA_CA_CERTS: join(folder, 'ca.crt'),
    TOKEN_FILE: join(folder, 'token'),
    ...others,
  });
};
