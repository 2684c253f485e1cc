import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type ControlPlane, prepareControlPlane, startControlPlane } from '@keyturn/cluster';
import { createKubernetesTruthReader } from '@keyturn/keyring';
import { createTestRing } from '@keyturn/keyring/testing';
import { createApiClient, KubernetesTruth, kubeconfigConnection } from '@keyturn/operator/kubernetes';
import { parse } from 'yaml';
import { CHART, helmFor, missingHelm, NAMESPACE, renderSet, SETS, valuesOf } from './support/helm.js';
import { type PodSpec, podsOf } from './support/pods.js';

const missing = missingHelm ?? (await prepareControlPlane((line) => process.stderr.write(`${line}\n`)));
const test = missing === undefined ? it : it.skip;
const why = missing === undefined ? '' : `, skipped: ${missing}`;
jest.setTimeout(180_000);

/** Kinds of other projects, whose definitions are not in the test's cluster. */
const FOREIGN = new Set(['HTTPRoute', 'ServiceMonitor', 'PrometheusRule']);

const folder = mkdtempSync(join(tmpdir(), 'charts-spec-'));
let plane: ControlPlane;

/** What kubectl prints. Throws what it says about an error. */
const kubectl = async (args: readonly string[], input = ''): Promise<string> => {
  const child = spawn(plane.kubectl, args, { env: { PATH: '/usr/bin:/bin', HOME: folder, ...plane.env } });
  child.stdin.end(input);
  const [out, said, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  if (code !== 0) throw new Error(said || out);
  return out.trim();
};

const dryRun = (objects: readonly object[], namespace = NAMESPACE): Promise<string> =>
  kubectl(
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

const helm = (...args: string[]): Promise<string> => helmFor(plane.env, ...args, '--namespace', NAMESPACE);

beforeAll(async () => {
  if (missing !== undefined) return;
  plane = await startControlPlane();
  for (const name of [NAMESPACE, 'shop']) {
    await kubectl(['create', 'namespace', name]);
    await kubectl(['label', 'namespace', name, 'pod-security.kubernetes.io/enforce=restricted']);
  }
  await kubectl(['apply', '--server-side', '-f', join(CHART, 'crds')]);
  await kubectl(['wait', '--for=condition=Established', 'crd/keyrings.keyturn.dev', 'crd/keyrotations.keyturn.dev']);
}, 180_000);

afterAll(async () => {
  await plane?.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
});

describe('a real API server', () => {
  for (const set of SETS) {
    test(`takes every object of the values ${set}, and every pod under the restricted standard${why}`, async () => {
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
    });
  }

  test(`would refuse a pod that runs as root${why}`, async () => {
    const [pod] = podsOf(await renderSet('minimal'));
    const spec = { ...pod?.spec, serviceAccountName: 'default', securityContext: { runAsUser: 0 } };
    const asRoot = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'root' }, spec };
    await expect(dryRun([asRoot])).rejects.toThrow('violates PodSecurity "restricted');
  });
});

describe('a release', () => {
  const release = ['--set', 'crds.applyWithHook=false'];

  beforeAll(async () => {
    if (missing !== undefined) return;
    await helm('install', 'keyturn', CHART, ...release);
  });

  test(`tells people how to go on${why}`, async () => {
    const notes = await helm('get', 'notes', 'keyturn');
    expect(notes).toMatch(/port-forward svc\/keyturn-auth 8080:80[\s\S]*helm -n platform test keyturn/);
    expect(notes).toContain('helm uninstall keeps the custom resource definitions, the KeyRings with their keys');
  });

  test(`lets issuers read the truths of their rings, and nobody else${why}`, async () => {
    const ring = await createTestRing();
    const connection = await kubeconfigConnection({ file: plane.kubeconfig });
    await new KubernetesTruth({ api: createApiClient({ connection }), namespace: NAMESPACE }).write({
      ...ring.document(),
      generation: 1,
    });
    connection.close();
    const readAs = async (account: string, name: string) => {
      writeFileSync(join(folder, 'token'), await kubectl(['-n', NAMESPACE, 'create', 'token', account]));
      return createKubernetesTruthReader({ server: plane.url, namespace: NAMESPACE, credentials: folder }).read(name);
    };
    await writeAuthority();
    expect(await readAs('keyturn-auth', 'access-tokens')).toEqual({ ...ring.document(), generation: 1 });
    expect(await readAs('keyturn-auth', 'session-secret')).toBeUndefined();
    const refused = { code: 'ERR_TRUTH_UNREADABLE', message: expect.stringContaining('403') as unknown };
    await expect(readAs('keyturn-auth', 'another')).rejects.toMatchObject(refused);
    await expect(readAs('keyturn-tasks', 'access-tokens')).rejects.toMatchObject(refused);
  });

  test(`gives the operator what it needs and no more${why}`, async () => {
    const may = async (verb: string, what: string): Promise<boolean> => {
      const as = `system:serviceaccount:${NAMESPACE}:keyturn-operator`;
      const asked = ['-n', NAMESPACE, 'auth', 'can-i', verb, ...what.split(' '), '--as', as];
      return kubectl(asked).then(
        (answer) => answer === 'yes',
        () => false,
      );
    };
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
    const answers = await Promise.all(table.map(async ([verb, what]) => [verb, what, await may(verb, what)]));
    expect(answers).toEqual(table);
  });

  test(`keeps its password over an upgrade, and takes the next values${why}`, async () => {
    const password = () =>
      kubectl(['-n', NAMESPACE, 'get', 'secret', 'keyturn-postgres', '-o', 'jsonpath={.data.password}']);
    const before = await password();
    await helm('upgrade', 'keyturn', CHART, ...release, '-f', valuesOf('minimal'), '--set', 'auth.replicas=3');
    expect(await password()).toBe(before);
    const replicas = ['get', 'deployment', 'keyturn-auth', '-o', 'jsonpath={.spec.replicas}'];
    expect(await kubectl(['-n', NAMESPACE, ...replicas])).toBe('3');
  });

  test(`leaves rings, keys, definitions and the database's password behind, and can come back to them${why}`, async () => {
    expect(await helm('uninstall', 'keyturn')).toMatch(
      /kept due to the resource policy:[\s\S]*\[KeyRing\] access-tokens/,
    );
    const left = await kubectl(['-n', NAMESPACE, 'get', 'keyrings,deployments,secrets,roles', '-o', 'name']);
    expect(left.split('\n').sort()).toEqual([
      'keyring.keyturn.dev/access-tokens',
      'keyring.keyturn.dev/session-secret',
      'secret/keyring-access-tokens',
      'secret/keyturn-postgres',
    ]);
    await helm('install', 'keyturn', CHART, ...release);
    expect(await helm('status', 'keyturn')).toContain('STATUS: deployed');
  });
});

/** The authority of the API server, where a pod would have it. */
const writeAuthority = async (): Promise<void> => {
  const { clusters } = parse(await readFile(plane.kubeconfig, 'utf8')) as {
    readonly clusters: readonly { readonly cluster: Readonly<Record<string, string>> }[];
  };
  const { 'certificate-authority-data': data, 'certificate-authority': file } = clusters[0]?.cluster ?? {};
  writeFileSync(join(folder, 'ca.crt'), data ? Buffer.from(data, 'base64') : await readFile(file ?? ''));
};
