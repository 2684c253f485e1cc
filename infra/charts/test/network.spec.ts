import { describe, expect } from '@jest/globals';
import { helmTest, type KubeObject, NAMESPACE, render, renderSet } from './support/helm.js';
import { network, type Party } from './support/network.js';
import { podsOf } from './support/pods.js';

/** The pods of the release, by the last part of their names. */
const partiesOf = (objects: readonly KubeObject[]): Party[] =>
  podsOf(objects).map(({ of, labels }) => ({ name: of.replace(/^.*keyturn-/, ''), namespace: NAMESPACE, labels }));

const outside = (name: string, namespace: string, labels: Record<string, string> = {}): Party => ({
  name,
  namespace,
  labels,
});
const STRANGERS: readonly Party[] = [
  outside('ingress', 'ingress'),
  outside('prometheus', 'monitoring'),
  outside('stranger', 'elsewhere'),
  outside('neighbour', NAMESPACE),
  outside('consumer', 'shop', { 'ring.keyturn.dev/access-tokens': 'verifier' }),
];
const TARGETS: readonly (readonly [Party, number, string?])[] = [
  [outside('dns', 'kube-system'), 53, 'UDP'],
  [{ name: 'api-server', labels: {}, cidr: '192.0.2.1/32' }, 443],
  [{ name: 'database', labels: {}, cidr: '192.0.2.2/32' }, 5432],
  [{ name: 'smtp', labels: {}, cidr: '192.0.2.3/32' }, 587],
  [{ name: 'internet', labels: {}, cidr: '203.0.113.1/32' }, 443],
];

/** Every connection that is let through: `from → to:port`. */
const edges = (objects: readonly KubeObject[]): string[] => {
  const parties = partiesOf(objects);
  const mayReach = network(objects, NAMESPACE);
  const ports = [3000, 9000, 5432, 8080];
  const inside = [...parties, ...STRANGERS].flatMap((from) =>
    parties.flatMap((to) =>
      ports.flatMap((port) => (from !== to && mayReach(from, to, port) ? [`${from.name} → ${to.name}:${port}`] : [])),
    ),
  );
  const out = parties.flatMap((from) =>
    [...TARGETS, ...STRANGERS.map((stranger) => [stranger, 9000] as const)].flatMap(([to, port, protocol]) =>
      mayReach(from, to, port, protocol) ? [`${from.name} → ${to.name}:${port}`] : [],
    ),
  );
  return [...inside, ...out].sort();
};

describe('who reaches whom', () => {
  helmTest('where rings have consumers anywhere is one edge more: from whoever takes part in a ring', async () => {
    const [minimal, anywhere] = [edges(await renderSet('minimal')), edges(await renderSet('cluster-wide'))];
    expect(anywhere.filter((edge) => !minimal.includes(edge))).toEqual([
      'consumer → auth:9000',
      'consumer → operator:9000',
      'operator → consumer:9000',
    ]);
    expect(minimal.filter((edge) => !anywhere.includes(edge))).toEqual([]);
  });

  helmTest('in production is what each dependency needs', async () => {
    expect(edges(await renderSet('production'))).toEqual([
      'auth → api-server:443',
      'auth → database:5432',
      'auth → dns:53',
      'auth → smtp:587',
      'consumer → auth:9000',
      'consumer → operator:9000',
      'crds → api-server:443',
      'crds → dns:53',
      'ingress → auth:3000',
      'ingress → reports:3000',
      'ingress → tasks:3000',
      'ingress → web:3000',
      'operator → api-server:443',
      'operator → auth:9000',
      'operator → consumer:9000',
      'operator → dns:53',
      'operator → reports:9000',
      'operator → tasks:9000',
      'operator → webhooks:9000',
      'prometheus → auth:9000',
      'prometheus → operator:9000',
      'prometheus → reports:9000',
      'prometheus → tasks:9000',
      'prometheus → webhooks:9000',
      'reports → auth:9000',
      'reports → dns:53',
      'reports → operator:9000',
      'reports → tasks:3000',
      'tasks → auth:9000',
      'tasks → database:5432',
      'tasks → dns:53',
      'tasks → operator:9000',
      'tasks → webhooks:3000',
      'test → api-server:443',
      'test → auth:3000',
      'test → dns:53',
      'test → tasks:3000',
      'test → web:3000',
      'web → auth:3000',
      'web → dns:53',
      'webhooks → api-server:443',
      'webhooks → auth:9000',
      'webhooks → dns:53',
      'webhooks → operator:9000',
    ]);
  });

  helmTest('by default leaves services with routes open to all, and everything else as narrow', async () => {
    const found = edges(await renderSet('minimal'));
    const everybody = ['ingress', 'prometheus', 'stranger', 'neighbour', 'consumer', 'test'];
    const to = (target: string) => found.filter((edge) => edge.endsWith(target)).map((edge) => edge.split(' ')[0]);
    expect(to(' tasks:3000').sort()).toEqual([...everybody].sort());
    expect(to(' postgres:5432')).toEqual(['auth', 'tasks']);
    expect(to(' auth:9000')).toEqual(['operator', 'prometheus', 'tasks']);
    expect(to(' tasks:9000')).toEqual(['operator', 'prometheus']);
    expect(to(' operator:9000')).toEqual(['prometheus', 'tasks']);
    expect(found.filter((edge) => edge.startsWith('postgres →'))).toEqual([]);
    expect(found.filter((edge) => edge.startsWith('tasks → internet'))).toEqual([]);
  });

  helmTest('is added to by the values of a component: mails go out, and sessions are read, as before', async () => {
    const egress = 'auth.networkPolicy.egress[0].ports[0].port=443';
    const ingress = 'auth.networkPolicy.ingress[0].ports[0].port=8080';
    const found = edges(await renderSet('production', '--set', egress, '--set', ingress)).filter(
      (edge) => !edge.endsWith('auth:8080'),
    );
    const before = edges(await renderSet('production'));
    expect(found.filter((edge) => !before.includes(edge))).toEqual(['auth → internet:443']);
    expect(before.filter((edge) => !found.includes(edge))).toEqual([]);
  });

  helmTest('of a service that looks sessions up is the issuer’s database and what a holder needs besides', async () => {
    const look = ['--set', 'services.reports.enabled=true,auth.sessionReader.existingSecret=reader'];
    const added = async (set: string): Promise<string[]> => {
      const before = edges(await renderSet(set, ...look));
      const after = edges(await renderSet(set, ...look, '--set', 'services.reports.sessions=true'));
      expect(before.filter((edge) => !after.includes(edge))).toEqual([]);
      return after.filter((edge) => !before.includes(edge));
    };
    expect(await added('minimal')).toEqual([
      'reports → api-server:443',
      'reports → internet:443',
      'reports → postgres:5432',
    ]);
    expect(await added('production')).toEqual(['reports → api-server:443', 'reports → database:5432']);
  });

  helmTest('is nobody’s business where policies are switched off', async () => {
    const objects = await render('--set', 'networkPolicy.enabled=false');
    expect(objects.filter(({ kind }) => kind === 'NetworkPolicy')).toEqual([]);
  });
});
