import { afterAll, beforeAll, describe, expect, jest } from '@jest/globals';
import { createKubernetesTruthReader } from '@keyturn/keyring';
import { createTestRing } from '@keyturn/keyring/testing';
import { createApiClient, KubernetesTruth, kubeconfigConnection } from '@keyturn/operator/kubernetes';
import { Cluster, clusterTest, hasCluster } from './support/cluster.js';
import { CHART, NAMESPACE, renderSet, SETS, valuesOf } from './support/helm.js';
import { type PodSpec, podsOf } from './support/pods.js';

jest.setTimeout(180_000);

/**
 * Kinds of other projects, whose definitions are not in the test's cluster: no API server judges these here, see
 * `foreign-kinds.spec.ts`; the alerts are judged by promtool in `rules.spec.ts`.
 */
const FOREIGN = new Set(['HTTPRoute', 'ServiceMonitor', 'PrometheusRule']);

let cluster: Cluster;

const dryRun = (objects: readonly object[], namespace = NAMESPACE): Promise<string> =>
  cluster.kubectl(
    ['-n', namespace, 'create', '--dry-run=server', '-o', 'name', '-f', '-'],
    objects.map((object) => JSON.stringify(object)).join('\n---\n'),
  );

/** A pod that can be judged alone: accounts, classes and claims that are only rendered would be missed first. */
const standalone = (spec: PodSpec): object => ({
  ...spec,
  serviceAccountName: 'default',
  priorityClassName: undefined,
  volumes: [...(spec.volumes ?? []), { name: 'data', persistentVolumeClaim: { claimName: 'data' } }],
});

beforeAll(async () => {
  if (hasCluster) cluster = await Cluster.open('shop');
}, 180_000);

afterAll(() => cluster?.close());

describe('a real API server', () => {
  for (const set of SETS) {
    clusterTest(
      `takes every object of the values ${set} whose kind is Kubernetes' or ours, and every pod under the restricted standard`,
      async () => {
        const objects = await renderSet(set);
        const known = objects.filter(({ kind }) => kind !== 'Pod' && !FOREIGN.has(kind));
        for (const [namespace, group] of Map.groupBy(known, ({ metadata }) => metadata.namespace ?? NAMESPACE)) {
          expect((await dryRun(group, namespace)).split('\n')).toHaveLength(group.length);
        }
        const pods = podsOf(objects).map(({ labels, spec }, index) => ({
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { name: `pod-${index}`, labels },
          spec: standalone(spec),
        }));
        await dryRun(pods);
      },
    );
  }

  clusterTest(`would refuse a pod that runs as root`, async () => {
    const [pod] = podsOf(await renderSet('minimal'));
    const spec = { ...pod?.spec, serviceAccountName: 'default', securityContext: { runAsUser: 0 } };
    const asRoot = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'root' }, spec };
    await expect(dryRun([asRoot])).rejects.toThrow('violates PodSecurity "restricted');
  });
});

describe('a release', () => {
  const release = ['--set', 'crds.applyWithHook=false'];

  beforeAll(async () => {
    if (hasCluster) await cluster.helm('install', 'keyturn', CHART, ...release);
  });

  clusterTest(`tells people how to go on`, async () => {
    const notes = await cluster.helm('get', 'notes', 'keyturn');
    expect(notes).toMatch(/port-forward svc\/keyturn-auth 8080:80[\s\S]*helm -n platform test keyturn/);
    expect(notes).toContain('helm uninstall keeps the custom resource definitions, the KeyRings with their keys');
    expect(notes).toContain('kubectl delete crd keyrings.keyturn.dev keyrotations.keyturn.dev');
  });

  clusterTest(`tells them addresses at which services are, each at a port of its own, and a guarded call`, async () => {
    const notesWith = async (...values: string[]): Promise<string> => {
      const set = values.flatMap((value) => ['--set', value]);
      const said = await cluster.helm('upgrade', 'keyturn', CHART, ...release, ...set, '--dry-run=server');
      return said.slice(said.indexOf('\nNOTES:'));
    };
    const forwards = (notes: string) =>
      [...notes.matchAll(/port-forward svc\/keyturn-(\S+ \S+)/g)].map(([, what]) => what);
    const call = (notes: string) => /curl -H "authorization: Bearer \$TOKEN" (\S+)/.exec(notes)?.[1];
    const plain = await cluster.helm('get', 'notes', 'keyturn');
    expect(forwards(plain)).toEqual(['auth 8080:80', 'tasks 8081:80']);
    expect(call(plain)).toBe('http://localhost:8081/api/$USER_ID/tasks');
    const other = await notesWith('services.reports.enabled=true', 'services.tasks.service.port=8000');
    expect(forwards(other)).toEqual(['auth 8080:80', 'reports 8081:80', 'tasks 8082:8000']);
    expect(call(other)).toBe('http://localhost:8082/api/$USER_ID/tasks');
    // The ring that is there keeps its issuer.
    const issuer = 'rings.access-tokens.issuer=http://localhost:8080';
    const reached = await notesWith('ingress.enabled=true', 'baseUrl=https://auth.example.test', issuer);
    expect([forwards(reached), call(reached)]).toEqual([[], 'https://auth.example.test/api/$USER_ID/tasks']);
    const without = await notesWith('services.tasks.enabled=false');
    expect([forwards(without), call(without)]).toEqual([['auth 8080:80'], undefined]);
  });

  clusterTest(`lets issuers read the truths of their rings, and nobody else`, async () => {
    const ring = await createTestRing();
    const connection = await kubeconfigConnection({ file: cluster.plane.kubeconfig });
    await new KubernetesTruth({ api: createApiClient({ connection }), namespace: NAMESPACE }).write({
      ...ring.document(),
      generation: 1,
    });
    connection.close();
    const readAs = async (account: string, name: string) => {
      const credentials = await cluster.serviceAccount(account);
      return createKubernetesTruthReader({ server: cluster.plane.url, namespace: NAMESPACE, credentials }).read(name);
    };
    expect(await readAs('keyturn-auth', 'access-tokens')).toEqual({ ...ring.document(), generation: 1 });
    expect(await readAs('keyturn-auth', 'session-secret')).toBeUndefined();
    const refused = { code: 'ERR_TRUTH_UNREADABLE', message: expect.stringContaining('403') as unknown };
    await expect(readAs('keyturn-auth', 'another')).rejects.toMatchObject(refused);
    await expect(readAs('keyturn-tasks', 'access-tokens')).rejects.toMatchObject(refused);
  });

  /** Each row with what the operator may. */
  const judged = (rows: readonly (readonly [string, string, boolean])[], namespace = NAMESPACE) =>
    Promise.all(
      rows.map(async ([verb, what]) => {
        const as = `system:serviceaccount:${NAMESPACE}:keyturn-operator`;
        const asked = ['-n', namespace, 'auth', 'can-i', verb, ...what.split(' '), '--as', as];
        const may = await cluster.kubectl(asked).then(
          (answer) => answer === 'yes',
          () => false,
        );
        return [verb, what, may];
      }),
    );

  clusterTest(`gives the operator what it needs and no more`, async () => {
    const table: [string, string, boolean][] = [
      ['watch', 'keyrings.keyturn.dev', true],
      ['update', 'keyrings.keyturn.dev --subresource=status', true],
      ['update', 'keyrings.keyturn.dev', false],
      ['update', 'secrets/keyring-access-tokens', true],
      ['get', 'secrets/keyturn-postgres', false],
      ['list', 'secrets', false],
      ['update', 'leases.coordination.k8s.io/keyturn-operator', true],
      ['update', 'leases.coordination.k8s.io/another', false],
      ['list', 'pods', true],
      ['delete', 'pods', false],
      ['patch', 'deployments.apps', false],
      ['get', 'customresourcedefinitions.apiextensions.k8s.io', false],
    ];
    expect(await judged(table)).toEqual(table);
  });

  clusterTest(
    `gives the operator rights elsewhere only where they are asked for, and then for its rings alone`,
    async () => {
      const table: [string, string, boolean][] = [
        ['list', 'pods', true],
        ['create', 'configmaps', true],
        ['update', 'configmaps/keyring-access-tokens-public', true],
        ['get', 'secrets/keyring-session-secret-holder', true],
        ['create', 'secrets', true],
        ['update', 'configmaps/another', false],
        ['list', 'configmaps', false],
        ['get', 'secrets/keyring-session-secret', false],
        ['get', 'secrets/keyring-access-tokens-holder', false],
        ['list', 'secrets', false],
        ['delete', 'configmaps/keyring-access-tokens-public', false],
        ['list', 'keyrings.keyturn.dev', false],
        ['update', 'leases.coordination.k8s.io/keyturn-operator', false],
        ['create', 'pods', false],
      ];
      const nothing = table.map(([verb, what]) => [verb, what, false]);
      expect(await judged(table, 'shop')).toEqual(nothing);
      await cluster.helm('upgrade', 'keyturn', CHART, ...release, '--set', 'operator.clusterWide=true');
      expect(await judged(table, 'shop')).toEqual(table);
      await cluster.helm('upgrade', 'keyturn', CHART, ...release, '--set', 'operator.clusterWide=false');
      expect(await judged(table, 'shop')).toEqual(nothing);
    },
  );

  clusterTest(`keeps its password over an upgrade, and takes the next values`, async () => {
    const password = () =>
      cluster.kubectl(['-n', NAMESPACE, 'get', 'secret', 'keyturn-postgres', '-o', 'jsonpath={.data.password}']);
    const before = await password();
    await cluster.helm('upgrade', 'keyturn', CHART, ...release, '-f', valuesOf('minimal'), '--set', 'auth.replicas=3');
    expect(await password()).toBe(before);
    const replicas = ['get', 'deployment', 'keyturn-auth', '-o', 'jsonpath={.spec.replicas}'];
    expect(await cluster.kubectl(['-n', NAMESPACE, ...replicas])).toBe('3');
  });

  clusterTest(
    `leaves rings, keys, definitions and the database's password behind, and comes back to them, by force with new settings`,
    async () => {
      expect(await cluster.helm('uninstall', 'keyturn')).toMatch(
        /kept due to the resource policy:[\s\S]*\[KeyRing\] access-tokens/,
      );
      const left = await cluster.kubectl(['-n', NAMESPACE, 'get', 'keyrings,deployments,secrets,roles', '-o', 'name']);
      expect(left.split('\n').sort()).toEqual([
        'keyring.keyturn.dev/access-tokens',
        'keyring.keyturn.dev/session-secret',
        'secret/keyring-access-tokens',
        'secret/keyturn-postgres',
      ]);
      const life = async (): Promise<string> => {
        const { spec } = await cluster.get<{ spec: { maxCredentialLifetime: string } }>('keyring', 'access-tokens');
        return spec.maxCredentialLifetime;
      };
      const other = ['--set', 'rings.access-tokens.maxCredentialLifetime=5m'];
      await cluster.helm('install', 'keyturn', CHART, ...release, ...other);
      expect(await cluster.helm('status', 'keyturn')).toContain('STATUS: deployed');
      expect(await life()).toBe('15m');
      await cluster.helm('uninstall', 'keyturn');
      await cluster.helm('install', 'keyturn', CHART, '--force', ...release, ...other);
      expect(await life()).toBe('5m');
    },
  );
});
