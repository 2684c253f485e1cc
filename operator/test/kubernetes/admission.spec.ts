import { afterAll, beforeAll, describe, expect, jest } from '@jest/globals';
import {
  collection,
  CUSTOM_RESOURCES,
  item,
  KEY_RINGS,
  KEY_ROTATIONS,
  type KubeObject,
} from '../../src/kubernetes/api/index.js';
import { applyDefinitions } from '../../src/kubernetes/crd/apply.js';
import { REVISION_ANNOTATION } from '../../src/kubernetes/crd/index.js';
import type { KeyRing } from '../../src/kubernetes/driver/index.js';
import {
  administrationRules,
  consumerNamespaceRules,
  operatorRules,
  type PolicyRule,
} from '../../src/kubernetes/rbac.js';
import { ClusterStage, clusterTest, hasCluster, refusal } from './support/cluster-stage.js';

jest.setTimeout(120_000);

let stage: ClusterStage;
let namespace: string;

beforeAll(async () => {
  if (!hasCluster) return;
  stage = await ClusterStage.open();
  namespace = await stage.namespace();
});
afterAll(() => stage?.close());

const LEAST = { type: 'SigningKey', algorithm: 'ES256' };

describe('the custom resource definitions', () => {
  clusterTest('are brought up to date, and left alone when they are', async () => {
    const applied = async () => (await applyDefinitions(stage.api)).map(({ applied }) => applied);
    expect(await applied()).toEqual(['current', 'current']);
    const path = item(CUSTOM_RESOURCES, undefined, 'keyrings.keyturn.dev');
    await stage.api.patch(path, { metadata: { annotations: { [REVISION_ANNOTATION]: '0' } } });
    expect(await applied()).toEqual(['updated', 'current']);
    await stage.api.patch(path, { metadata: { annotations: { [REVISION_ANNOTATION]: '99' } } });
    expect(await applied()).toEqual(['newer', 'current']);
  });
});

describe('a KeyRing', () => {
  clusterTest('gets the documented defaults', async () => {
    const { spec } = await stage.keyRing(namespace, 'least', LEAST);
    expect(spec).toEqual({
      ...LEAST,
      maxCredentialLifetime: '15m',
      clockSkew: '30s',
      clockError: '5s',
      rotation: { paused: false, historyLimit: 10 },
      consumers: { namespaces: [], workloads: [] },
      safety: { issuerLease: '1h', restartGrace: '1h', hardLimit: '24h', maxLiveKeys: 8 },
      stalledAfter: '5m',
    });
  });

  clusterTest('is refused with the field and the rule', async () => {
    const bad: readonly (readonly [object, string, string])[] = [
      [{ algorithm: 'ES256' }, 'spec.type', 'Required'],
      [{ ...LEAST, type: 'Signing' }, 'spec.type', 'supported values'],
      [{ ...LEAST, algorithm: 'none' }, 'spec.algorithm', 'supported values'],
      [{ ...LEAST, algorithm: 'HS256' }, 'spec.algorithm', 'must be one of ES256'],
      [{ type: 'SharedSecret', algorithm: 'ES256' }, 'spec.algorithm', 'must be one of HS256, opaque'],
      [{ ...LEAST, issuer: 'not a url' }, 'spec.issuer', 'must be a URL'],
      [{ ...LEAST, maxCredentialLifetime: '0s' }, 'spec.maxCredentialLifetime', 'longer than 0'],
      [{ ...LEAST, maxCredentialLifetime: '15 minutes' }, 'spec.maxCredentialLifetime', 'should match'],
      [{ ...LEAST, rotation: { interval: '0ms' } }, 'spec.rotation.interval', 'longer than 0'],
      [{ ...LEAST, rotation: { historyLimit: 0 } }, 'spec.rotation.historyLimit', 'greater than or equal to 1'],
      [{ ...LEAST, safety: { maxLiveKeys: 2 } }, 'spec.safety.maxLiveKeys', 'greater than or equal to 3'],
      [{ ...LEAST, consumers: { namespaces: ['Shop'] } }, 'spec.consumers.namespaces[0]', 'should match'],
      [{ ...LEAST, consumers: { namespaces: ['a', 'a'] } }, 'spec.consumers.namespaces[1]', 'Duplicate'],
      [
        { ...LEAST, consumers: { workloads: [{ kind: 'External', name: 'x', proof: 'MaxAge' }] } },
        'spec.consumers.workloads[0]',
        'after: must be given',
      ],
      [
        { ...LEAST, consumers: { workloads: [{ kind: 'Job', name: 'x', proof: 'Rollout' }] } },
        'spec.consumers.workloads[0].kind',
        'must be Deployment',
      ],
      [{ ...LEAST, import: {} }, 'spec.import.secretRef', 'Required'],
    ];
    for (const [spec, field, rule] of bad) {
      const said = await refusal(stage.keyRing(namespace, 'bad', spec));
      expect([said, field, said.includes(field) && said.includes(rule)]).toEqual([said, field, true]);
    }
    expect(await refusal(stage.keyRing(namespace, 'with.dots', LEAST))).toContain('metadata.name: must be a DNS label');
  });

  clusterTest('cannot become another ring: type, algorithm and a named issuer stay', async () => {
    const made = await stage.keyRing(namespace, 'stays', LEAST);
    const change = (spec: object) => refusal(stage.api.patch(item(KEY_RINGS, namespace, 'stays'), { spec }));
    expect(await change({ type: 'SharedSecret', algorithm: 'HS256' })).toContain('type: a ring cannot change it');
    expect(await change({ algorithm: 'RS256' })).toContain('algorithm: a ring cannot change it');
    expect(await change({ issuer: 'https://a.example' })).toBe('taken');
    expect(await change({ issuer: 'https://b.example' })).toContain('issuer: it stays');
    expect(await change({ issuer: null })).toContain('issuer: it stays');
    expect(await change({ rotation: { interval: '24h' } })).toBe('taken');
    expect(await change({ rotation: { interval: null } })).toBe('taken');
    const now = await stage.get<KeyRing>(KEY_RINGS, namespace, 'stays');
    expect(now?.metadata.uid).toBe(made.metadata.uid);
  });

  clusterTest('goes on protecting encrypted data', async () => {
    await stage.keyRing(namespace, 'sealed', { type: 'SharedSecret', algorithm: 'opaque' });
    const change = (encryptsData: boolean) =>
      refusal(stage.api.patch(item(KEY_RINGS, namespace, 'sealed'), { spec: { encryptsData } }));
    expect(await change(false)).toContain('encryptsData: it stays true');
    expect(await change(true)).toBe('taken');
  });
});

describe('a KeyRotation', () => {
  const ask = (name: string, spec: object) => refusal(stage.rotation(namespace, name, spec));

  clusterTest('is refused when it asks for two things, or for nothing that goes together', async () => {
    expect(await ask('a', { ringRef: { name: 'Tokens' } })).toContain('spec.ringRef.name');
    expect(await ask('b', { reason: 'Compromised' })).toContain('revoke: must be given for reason Compromised');
    expect(await ask('c', { revoke: { all: true } })).toContain('revoke: must be given for reason Compromised');
    expect(await ask('d', { reason: 'Compromised', revoke: {} })).toContain('must have either keys or all');
    const both = { keys: ['k'], all: true };
    expect(await ask('e', { reason: 'Compromised', revoke: both })).toContain('must have either keys or all');
    expect(await ask('f', { recover: true, retire: { key: 'k' } })).toContain(
      'at most one of revoke, retire and recover',
    );
    expect(await ask('g', { reason: 'Compromised', revoke: { all: true }, abort: true })).toContain('only a rotation');
    expect(await ask('h', { abort: false })).toContain('spec.abort');
  });

  clusterTest('does not change, but for abort, which is set once', async () => {
    expect(await ask('run', {})).toBe('taken');
    expect(await ask('leak', { reason: 'Compromised', revoke: { keys: ['k1'] } })).toBe('taken');
    const change = (name: string, spec: object) =>
      refusal(stage.api.patch(item(KEY_ROTATIONS, namespace, name), { spec }));
    expect(await change('run', { ringRef: { name: 'other' } })).toContain('ringRef: a run does not change');
    expect(await change('run', { reason: 'Scheduled' })).toContain('reason: a run does not change');
    expect(await change('run', { recover: true })).toContain('recover: a run does not change');
    expect(await change('leak', { revoke: { keys: ['k2'] } })).toContain('revoke: a run does not change');
    expect(await change('run', { abort: true })).toBe('taken');
    expect(await change('run', { abort: null })).toContain('abort: cannot be taken back');
  });
});

/** Whether a service account may do something, as the API server says. */
interface Review extends KubeObject {
  readonly status?: { readonly allowed: boolean };
}

const RBAC = (plural: string) => ({ group: 'rbac.authorization.k8s.io', version: 'v1', plural });
const REVIEWS = { group: 'authorization.k8s.io', version: 'v1', plural: 'subjectaccessreviews' };

async function grant(account: string, where: string, rules: readonly PolicyRule[], home: string): Promise<void> {
  const metadata = { name: account };
  await stage.api.create(collection(RBAC('roles'), where), { metadata, rules });
  await stage.api.create(collection(RBAC('rolebindings'), where), {
    metadata,
    subjects: [{ kind: 'ServiceAccount', name: account, namespace: home }],
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: account },
  });
}

const GROUPS: Readonly<Record<string, string>> = {
  keyrings: 'keyturn.dev',
  keyrotations: 'keyturn.dev',
  leases: 'coordination.k8s.io',
  deployments: 'apps',
  roles: 'rbac.authorization.k8s.io',
};

/** Allowed, verb, resource, name, namespace (default: home). */
type Right = readonly [boolean, string, string, string?, string?];

/** The table as the API server sees it. */
async function asJudged(account: string, home: string, table: readonly Right[]): Promise<Right[]> {
  const found: Right[] = [];
  for (const [, ...what] of table) {
    const [verb, resource, name, where = home] = what;
    const [plural = '', subresource] = resource.split('/');
    const resourceAttributes = {
      namespace: where,
      verb,
      group: GROUPS[plural] ?? '',
      resource: plural,
      ...(subresource && { subresource }),
      ...(name && { name }),
    };
    const user = `system:serviceaccount:${home}:${account}`;
    const spec = { user, groups: ['system:serviceaccounts'], resourceAttributes };
    const { status } = await stage.api.create<Review>(collection(REVIEWS), { spec });
    found.push([status?.allowed === true, ...what]);
  }
  return found;
}

describe('the operator’s Role', () => {
  clusterTest('allows what it does, and nothing else', async () => {
    const [home, shop] = [await stage.namespace(), await stage.namespace()];
    await grant('operator', home, operatorRules({ rings: ['tokens', 'session'], imports: ['old-key'] }), home);
    await grant('operator', shop, consumerNamespaceRules(['tokens', 'session'], ['session']), home);
    const table: readonly Right[] = [
      [true, 'get', 'secrets', 'keyring-tokens'],
      [true, 'update', 'secrets', 'keyring-tokens'],
      [true, 'create', 'secrets'],
      [true, 'get', 'secrets', 'old-key'],
      [false, 'update', 'secrets', 'old-key'],
      [false, 'get', 'secrets', 'database'],
      [false, 'list', 'secrets'],
      [false, 'watch', 'secrets'],
      [false, 'delete', 'secrets', 'keyring-tokens'],
      [true, 'list', 'configmaps'],
      [true, 'update', 'configmaps', 'keyring-tokens-public'],
      [false, 'update', 'configmaps', 'kube-root-ca.crt'],
      [true, 'list', 'pods'],
      [false, 'delete', 'pods'],
      [false, 'patch', 'pods'],
      [false, 'create', 'pods/exec'],
      [true, 'list', 'keyrings'],
      [false, 'update', 'keyrings'],
      [true, 'update', 'keyrings/status'],
      [true, 'create', 'keyrotations'],
      [true, 'delete', 'keyrotations'],
      [false, 'update', 'keyrotations'],
      [true, 'update', 'keyrotations/status'],
      [true, 'update', 'leases', 'keyturn-operator'],
      [false, 'update', 'leases', 'kube-scheduler'],
      [true, 'create', 'events'],
      [false, 'patch', 'deployments', 'tasks'],
      [true, 'list', 'pods', undefined, shop],
      [true, 'update', 'configmaps', 'keyring-tokens-public', shop],
      [true, 'update', 'secrets', 'keyring-session-holder', shop],
      [false, 'get', 'secrets', 'keyring-session', shop],
      [false, 'get', 'secrets', 'database', shop],
      [false, 'list', 'secrets', undefined, shop],
      [false, 'list', 'keyrings', undefined, shop],
      [false, 'list', 'pods', undefined, 'kube-system'],
      [false, 'get', 'secrets', 'keyring-tokens', 'default'],
    ];
    expect(await asJudged('operator', home, table)).toEqual(table);
  });
});

describe('the Role of the admin API', () => {
  clusterTest('allows to see rings and to ask for rotations in its namespace, and nothing else', async () => {
    const [home, shop] = [await stage.namespace(), await stage.namespace()];
    await grant('auth', home, administrationRules(), home);
    const table: readonly Right[] = [
      [true, 'get', 'keyrings', 'tokens'],
      [true, 'list', 'keyrings'],
      [false, 'watch', 'keyrings'],
      [false, 'create', 'keyrings'],
      [false, 'update', 'keyrings', 'tokens'],
      [false, 'patch', 'keyrings', 'tokens'],
      [false, 'delete', 'keyrings', 'tokens'],
      [false, 'update', 'keyrings/status', 'tokens'],
      [true, 'get', 'keyrotations', 'run'],
      [true, 'list', 'keyrotations'],
      [true, 'create', 'keyrotations'],
      [true, 'patch', 'keyrotations', 'run'],
      [false, 'update', 'keyrotations', 'run'],
      [false, 'delete', 'keyrotations', 'run'],
      [false, 'deletecollection', 'keyrotations'],
      [false, 'update', 'keyrotations/status', 'run'],
      [false, 'patch', 'keyrotations/status', 'run'],
      [false, 'get', 'secrets', 'keyring-tokens'],
      [false, 'list', 'secrets'],
      [false, 'create', 'secrets'],
      [false, 'get', 'configmaps', 'keyring-tokens-public'],
      [false, 'list', 'pods'],
      [false, 'get', 'leases', 'keyturn-operator'],
      [false, 'create', 'roles'],
      [false, 'list', 'keyrings', undefined, shop],
      [false, 'create', 'keyrotations', undefined, shop],
      [false, 'list', 'keyrotations', undefined, 'default'],
    ];
    expect(await asJudged('auth', home, table)).toEqual(table);
  });
});
