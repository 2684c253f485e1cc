import { describe, expect } from '@jest/globals';
import {
  administrationRules,
  consumerNamespaceRules,
  operatorRules,
  type PolicyRule,
} from '@keyturn/operator/kubernetes';
import { helmTest, type KubeObject, renderSet } from './support/helm.js';

interface Role extends KubeObject {
  readonly rules: readonly PolicyRule[];
}

const clusterRoles = (objects: readonly KubeObject[]): readonly Role[] =>
  (objects as Role[]).filter(({ kind, metadata }) => kind === 'ClusterRole' && !metadata.annotations?.['helm.sh/hook']);

const roleOf = (objects: readonly KubeObject[], name: string, namespace?: string): readonly PolicyRule[] | undefined =>
  (objects as Role[]).find(
    ({ kind, metadata }) => kind === 'Role' && metadata.name === name && metadata.namespace === namespace,
  )?.rules;

const rings = ['access-tokens', 'session-secret'];

describe('the operator may do what its source says', () => {
  helmTest('in its namespace, with the Secrets of its rings by name', async () => {
    expect(roleOf(await renderSet('minimal'), 'keyturn-operator')).toEqual(operatorRules({ rings }));
  });

  helmTest('with the keys that are imported, and the workloads that prove a ring by a rollout', async () => {
    expect(roleOf(await renderSet('production'), 'keyturn-operator')).toEqual(
      operatorRules({
        rings: [...rings, 'webhooks'],
        imports: ['webhook-secret'],
        rollouts: [{ kind: 'Deployment', name: 'legacy' }],
      }),
    );
  });

  helmTest('with any Secret of the namespace only where it is asked for', async () => {
    const objects = await renderSet('minimal', '--set', 'operator.secrets=Any');
    expect(roleOf(objects, 'keyturn-operator')).toEqual(operatorRules());
  });

  helmTest('in further namespaces that have consumers', async () => {
    const objects = await renderSet('production');
    const rules = consumerNamespaceRules(['access-tokens', 'webhooks'], ['webhooks']);
    expect(roleOf(objects, 'keyturn-operator', 'shop')).toEqual(rules);
    expect(clusterRoles(objects)).toEqual([]);
  });

  helmTest('in any namespace where it is asked for, the same with the names of its own rings', async () => {
    const objects = await renderSet('cluster-wide');
    const all = [...rings, 'webhooks'];
    expect(clusterRoles(objects).map(({ metadata, rules }) => [metadata.name, rules])).toEqual([
      ['keyturn-operator-platform', consumerNamespaceRules(all, ['session-secret', 'webhooks'])],
    ]);
    expect(roleOf(objects, 'keyturn-operator')).toEqual(operatorRules({ rings: all }));
    expect(roleOf(objects, 'keyturn-operator', 'shop')).toBeUndefined();
  });
});

describe('a service', () => {
  helmTest('may get the truths of the rings that it signs with or holds, and nothing else', async () => {
    const objects = await renderSet('production');
    const get = (...resourceNames: string[]) => [
      { apiGroups: [''], resources: ['secrets'], verbs: ['get'], resourceNames },
    ];
    expect(roleOf(objects, 'keyturn-auth')).toEqual(get('keyring-access-tokens', 'keyring-session-secret'));
    expect(roleOf(objects, 'keyturn-webhooks')).toEqual(get('keyring-webhooks'));
    expect(roleOf(objects, 'keyturn-tasks')).toBeUndefined();
  });

  helmTest('may ask the operator only if it is the issuer, whose admin API does', async () => {
    const objects = (await renderSet('production')) as Role[];
    expect(roleOf(objects, 'keyturn-auth-admin')).toEqual(administrationRules());
    const resources = objects.filter(({ kind }) => kind === 'Role').map(({ metadata, rules }) => ({ metadata, rules }));
    const asking = resources.filter(({ rules }) => JSON.stringify(rules).includes('keyrotations'));
    expect(asking.map(({ metadata }) => metadata.name).sort()).toEqual([
      'keyturn-auth-admin',
      'keyturn-operator',
      'keyturn-test',
    ]);
    const without = await renderSet('minimal', '--set', 'auth.enabled=false');
    expect(roleOf(without, 'keyturn-auth-admin')).toBeUndefined();
  });

  helmTest('may do nothing in the whole cluster; the hook for the custom resources may touch those alone', async () => {
    const objects = (await renderSet('production')) as Role[];
    const cluster = objects.filter(({ kind }) => kind === 'ClusterRole');
    expect(cluster.map(({ metadata }) => metadata.name)).toEqual(['keyturn-crds-platform']);
    expect(cluster[0]?.metadata.annotations?.['helm.sh/hook']).toBe('pre-install,pre-upgrade');
    const [create, change] = cluster[0]?.rules ?? [];
    expect(create).toMatchObject({ resources: ['customresourcedefinitions'], verbs: ['create'] });
    expect(change?.resourceNames).toEqual(['keyrings.keyturn.dev', 'keyrotations.keyturn.dev']);
    const without = await renderSet('minimal', '--set', 'crds.applyWithHook=false');
    expect(without.filter(({ kind }) => kind.startsWith('Cluster') || kind === 'Job')).toEqual([]);
  });
});
