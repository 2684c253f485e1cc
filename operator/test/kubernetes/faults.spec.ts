import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest } from '@jest/globals';
import { activeKey, keysIn, type RingDocument } from '@keyturn/keyring/document';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CONFIG_MAPS, item, KEY_RINGS, LEASES } from '../../src/kubernetes/api/index.js';
import type { KeyRing } from '../../src/kubernetes/driver/index.js';
import { LEASE_NAME } from '../../src/kubernetes/process/run-replica.js';
import { eventually } from '../support/processes.js';
import { ClusterConsumer } from './support/cluster-consumer.js';
import { ClusterStage, clusterTest, hasCluster, RING_SPEC } from './support/cluster-stage.js';
import { keyturnIn, Replica } from './support/operators.js';
import { ApiProxy } from './support/proxy.js';
import { RingWatch } from './support/ring-watch.js';

jest.setTimeout(240_000);

let stage: ClusterStage;
let namespace: string;
let history: RingWatch;
let consumers: ClusterConsumer[];
let replicas: Replica[];
let proxies: ApiProxy[];

beforeAll(async () => {
  if (hasCluster) stage = await ClusterStage.open();
});
afterAll(() => stage?.close());
beforeEach(async () => {
  [consumers, replicas, proxies] = [[], [], []];
  if (!hasCluster) return;
  namespace = await stage.namespace();
  history = new RingWatch(stage.api, namespace, 'tokens');
  await stage.keyRing(namespace, 'tokens', RING_SPEC);
  for (const name of ['auth-1', 'auth-2'])
    consumers.push(await ClusterConsumer.start(stage, namespace, name, 'issuer'));
});
afterEach(async () => {
  await Promise.all(replicas.map((replica) => replica.stop()));
  await Promise.all(consumers.map((consumer) => consumer.stop()));
  await history?.stop();
  await Promise.all(proxies.map((proxy) => proxy.stop()));
});

async function proxied(observe?: Parameters<typeof Replica.start>[2]): Promise<{ proxy: ApiProxy; replica: Replica }> {
  const proxy = await ApiProxy.start(stage.connection);
  const replica = await Replica.start(proxy.connection(), namespace, observe);
  proxies.push(proxy);
  replicas.push(replica);
  return { proxy, replica };
}

async function truth(): Promise<RingDocument> {
  const ring = await stage.truth(namespace).read('tokens');
  if (!ring) throw new Error('there is no ring');
  return ring;
}
const settled = (): Promise<unknown> =>
  eventually(
    'the standby is proven and nothing drains',
    async () => {
      const keys = (await stage.truth(namespace).read('tokens'))?.keys ?? [];
      const proven = keysIn(keys, 'pending').some(({ provenAt }) => provenAt);
      return proven && keysIn(keys, 'draining', 'compromised').length === 0;
    },
    60_000,
  );
const activeKid = async (): Promise<string | undefined> => activeKey((await truth()).keys)?.kid;

async function rotates(name: string): Promise<void> {
  const before = await activeKid();
  await stage.rotation(namespace, name);
  await stage.reaches(namespace, name, 'Complete');
  expect(await activeKid()).not.toBe(before);
  await settled();
}

const isSecretWrite = (method: string, path: string): boolean =>
  method === 'PUT' && path.includes('/secrets/keyring-tokens');

/** For programs that reach the API server through the proxy. */
async function kubeconfigOf(proxy: ApiProxy): Promise<{ KUBECONFIG: string }> {
  const file = join(await stage.folder(), 'kubeconfig');
  const server = proxy.connection().server.origin;
  const context = { cluster: 'proxied', user: 'nobody' };
  const config = {
    clusters: [{ name: 'proxied', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'nobody', user: {} }],
    contexts: [{ name: 'proxied', context }],
    'current-context': 'proxied',
  };
  await writeFile(file, JSON.stringify(config));
  return { KUBECONFIG: file };
}

describe('the command line', () => {
  clusterTest('revokes though no replica leads and the API server is away for a while, and says as what', async () => {
    const first = await Replica.start(stage.connection, namespace);
    await settled();
    await eventually('its status is written', async () => {
      const found = await stage.get<KeyRing>(KEY_RINGS, namespace, 'tokens');
      return found?.status?.keys?.some((key) => 'provenAt' in key);
    });
    await first.stop();
    // A leader gives its Lease up when it ends, but not at any price.
    await stage.api.patch(item(LEASES, namespace, LEASE_NAME), { spec: { holderIdentity: '' } });
    const leaked = (await activeKid()) ?? '';
    const proxy = await ApiProxy.start(stage.connection);
    proxies.push(proxy);
    let cut = 0;
    proxy.fate = (method, path) =>
      method === 'GET' && path.includes('/keyrotations/cli-') && ++cut <= 10 ? 'cut' : 'pass';
    const args = ['revoke', 'tokens', leaked, '--yes'];
    const asked = keyturnIn(stage, namespace, args, await kubeconfigOf(proxy));
    const ended = asked.then(({ stderr }) => stderr);
    await eventually('reads of the run were cut', async () => cut > 10 || Promise.race([ended, undefined]), 60_000);
    replicas.push(await Replica.start(stage.connection, namespace));
    const { code, stdout, stderr } = await asked;
    expect(stderr).toContain('no replica of the operator leads');
    expect(stdout).toMatch(/^request cli-[0-9a-f-]{36}$/m);
    expect([code, stderr.split('\n')]).toEqual([0, [expect.any(String), '']]);
    expect(history.broken()).toEqual([]);
  });
});

describe('an operator in a cluster', () => {
  clusterTest('rotates once for each request though its watches are cut all the time', async () => {
    const { proxy } = await proxied();
    await settled();
    const cutting = setInterval(() => proxy.cutAll(), 400);
    try {
      for (const name of ['one', 'two', 'three']) await rotates(name);
    } finally {
      clearInterval(cutting);
    }
    expect(history.signers()).toHaveLength(4);
    expect(history.broken()).toEqual([]);
  });

  clusterTest('rotates once though every third answer of the API server is lost', async () => {
    const { proxy } = await proxied();
    await settled();
    let count = 0;
    proxy.fate = (method, path) =>
      method !== 'GET' && !path.includes('/leases') && ++count % 3 === 0 ? 'drop' : 'pass';
    for (const name of ['one', 'two']) await rotates(name);
    expect(count).toBeGreaterThan(10);
    expect(history.signers()).toHaveLength(3);
    expect(history.broken()).toEqual([]);
  });

  clusterTest('loses its lease in the middle of a write, and the next leader finishes the run', async () => {
    const first = await proxied();
    await settled();
    expect(first.replica.leads).toBe(true);
    const second = await Replica.start(stage.connection, namespace);
    replicas.push(second);
    let heldBack = 0;
    first.proxy.fate = (method, path) => {
      if (isSecretWrite(method, path)) heldBack += 1;
      return heldBack > 0 ? 'hang' : 'pass';
    };
    const before = await activeKid();
    await stage.rotation(namespace, 'moved');
    await stage.reaches(namespace, 'moved', 'Complete');
    expect(heldBack).toBe(1);
    expect(second.leads).toBe(true);
    const written = first.replica.events.filter(({ event }) => event === 'step-written').length;
    first.proxy.fate = () => 'pass';
    await settled();
    await rotates('after');
    expect(first.replica.events.filter(({ event }) => event === 'step-written')).toHaveLength(written);
    expect(history.signers().slice(history.signers().indexOf(before ?? ''))).toHaveLength(3);
    expect(history.broken()).toEqual([]);
  });

  clusterTest('answers confirming reads from every replica, leader or not', async () => {
    replicas.push(await Replica.start(stage.connection, namespace), await Replica.start(stage.connection, namespace));
    await settled();
    expect(replicas.filter(({ leads }) => leads)).toHaveLength(1);
    for (const { url } of replicas) {
      await eventually('it is ready', async () => (await fetch(`${url}/readyz`)).ok);
      const answer = await fetch(`${url}/keyturn/v1/rings/tokens/document?confirm=true`);
      expect(((await answer.json()) as RingDocument).generation).toBe((await truth()).generation);
    }
  });

  clusterTest('goes on after the API server was away, and answers 503 meanwhile', async () => {
    const replica = await Replica.start(stage.connection, namespace);
    replicas.push(replica);
    await settled();
    const before = await activeKid();
    await stage.plane.restartApiServer({
      how: 'crash',
      whileDown: async () => {
        const answer = await fetch(`${replica.url}/keyturn/v1/rings/tokens/document?confirm=true`);
        expect(answer.status).toBe(503);
      },
    });
    expect(await activeKid()).toBe(before);
    await rotates('after');
    expect(replica.failed).toBeUndefined();
    expect(history.broken()).toEqual([]);
  });

  clusterTest('writes the projection again when somebody removed it', async () => {
    const replica = await Replica.start(stage.connection, namespace);
    replicas.push(replica);
    await settled();
    await stage.api.remove(item(CONFIG_MAPS, namespace, 'keyring-tokens-public'));
    await rotates('after');
    // The next standby may be on its way: the projection is written after the truth.
    await eventually('the projection is that of the truth', async () => {
      const projection = await stage.truth(namespace).readProjection('tokens');
      return projection?.generation === (await truth()).generation;
    });
  });

  clusterTest('stops when etcd was restored from an older copy, until somebody recovers the ring', async () => {
    const replica = await Replica.start(stage.connection, namespace);
    replicas.push(replica);
    await settled();
    const snapshot = await stage.plane.snapshot();
    await rotates('lost');
    const newest = await truth();
    await stage.plane.restore(snapshot);
    await eventually('the older copy is back', async () => (await truth()).generation < newest.generation, 30_000);
    const stalled = await eventually(
      'it says so',
      async () => {
        const conditions = (await stage.get<KeyRing>(KEY_RINGS, namespace, 'tokens'))?.status?.conditions;
        return conditions?.find(({ type, status }) => type === 'Stalled' && status === 'True');
      },
      60_000,
    );
    expect(stalled).toMatchObject({
      reason: 'GenerationWentBack',
      message: expect.stringContaining('keyturn recover tokens'),
    });
    const { generation } = await truth();
    expect(generation).toBeLessThan(newest.generation);
    expect((await keyturnIn(stage, namespace, ['recover', 'tokens'])).stdout).toMatch(/at generation .* a recovery /is);
    expect((await truth()).generation).toBe(generation);
    const { code, stdout } = await keyturnIn(stage, namespace, ['recover', 'tokens', '--yes']);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/Recovering +goes on at generation \d+: /)]);
    expect((await truth()).generation).toBeGreaterThan(newest.generation);
    await rotates('goes-on');
  });
});
