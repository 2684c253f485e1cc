import { afterAll, beforeAll, beforeEach, describe, expect, jest } from '@jest/globals';
import { PRIVATE_JWK_MEMBERS, type RingDocument } from '@keyturn/keyring';
import { generateKey } from '../../src/keys/index.js';
import { createApiClient } from '../../src/kubernetes/api/client.js';
import { CONFIG_MAPS, type ConfigMap, collection, item, type Secret, SECRETS } from '../../src/kubernetes/api/index.js';
import { KubernetesTruth } from '../../src/kubernetes/truth/index.js';
import { createRing } from '../../src/planner/index.js';
import { ClusterStage, clusterTest, hasCluster, NAMESPACES } from './support/cluster-stage.js';
import { ApiProxy } from './support/proxy.js';

jest.setTimeout(120_000);

const SETTINGS: RingDocument['settings'] = {
  maxCredentialLifetimeMs: 60_000,
  clockSkewMs: 1_000,
  clockErrorMs: 100,
  issuerLeaseMs: 30_000,
  restartGraceMs: 3_600_000,
  hardLimitMs: 86_400_000,
  maxLiveKeys: 8,
  stalledAfterMs: 60_000,
  rotationIntervalMs: null,
  paused: false,
  encryptsData: false,
};

let stage: ClusterStage;
let proxy: ApiProxy;
let namespace: string;

beforeAll(async () => {
  if (!hasCluster) return;
  stage = await ClusterStage.open();
  proxy = await ApiProxy.start(stage.connection);
});
afterAll(async () => {
  await proxy?.stop();
  await stage?.close();
});
beforeEach(async () => {
  if (!hasCluster) return;
  namespace = await stage.namespace();
  proxy.fate = () => 'pass';
});

async function newRing(ringId = 'id-1', type: 'SigningKey' | 'SharedSecret' = 'SigningKey'): Promise<RingDocument> {
  const algorithm = type === 'SigningKey' ? 'ES256' : 'HS256';
  const about = { ring: 'tokens', ringId, type, algorithm, settings: SETTINGS } as const;
  return createRing(about, await generateKey(algorithm), await generateKey(algorithm), Date.now());
}

const next = (ring: RingDocument, steps = 1): RingDocument => ({ ...ring, generation: ring.generation + steps });
const proxied = (): KubernetesTruth =>
  new KubernetesTruth({ api: createApiClient({ connection: proxy.connection() }), namespace });
const truth = (namespaces: readonly string[] = []): KubernetesTruth =>
  new KubernetesTruth({ api: stage.api, namespace, namespaces: () => namespaces });
const isWrite = (method: string, path: string): boolean =>
  ['PUT', 'POST'].includes(method) && path.includes('/secrets');

describe('the truth in a cluster', () => {
  clusterTest('lets exactly one of many concurrent writers commit each generation', async () => {
    const first = await newRing();
    await truth().write(first);
    for (let generation = 2; generation <= 8; generation++) {
      const writers = await Promise.all(
        Array.from({ length: 6 }, async () => {
          const store = truth();
          await store.read('tokens');
          return store;
        }),
      );
      const results = await Promise.allSettled(writers.map((store) => store.write({ ...first, generation })));
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      const codes = results.flatMap((result) => (result.status === 'rejected' ? [result.reason.code] : []));
      expect(new Set(codes)).toEqual(new Set(['ERR_TRUTH_CONFLICT']));
    }
    expect((await truth().read('tokens'))?.generation).toBe(8);
  });

  clusterTest('is made once, by whoever comes first', async () => {
    const results = await Promise.allSettled([1, 2, 3, 4].map(async (id) => truth().write(await newRing(`id-${id}`))));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const codes = results.flatMap((result) => (result.status === 'rejected' ? [result.reason.code] : []));
    expect(new Set(codes)).toEqual(new Set(['ERR_TRUTH_CONFLICT']));
  });

  clusterTest(
    'refuses a write by what was read before somebody else wrote, and a generation that does not follow',
    async () => {
      const ring = await newRing();
      const slow = truth();
      await slow.write(ring);
      const other = truth();
      await other.read('tokens');
      await other.write(next(ring));
      await expect(slow.write(next(ring))).rejects.toMatchObject({ code: 'ERR_TRUTH_CONFLICT' });
      await expect(truth().write(next(ring, 3))).rejects.toMatchObject({ code: 'ERR_TRUTH_CONFLICT' });
    },
  );

  clusterTest('was written though the answer was lost, to the new ring and to a later generation', async () => {
    const ring = await newRing();
    proxy.fate = (method, path) => (isWrite(method, path) ? 'drop' : 'pass');
    const store = proxied();
    await store.write(ring);
    await store.write(next(ring));
    expect((await truth().read('tokens'))?.generation).toBe(2);
  });

  clusterTest(
    'was written though the answer did not come in time: it is looked up, and not written again',
    async () => {
      const ring = await newRing();
      await truth().write(ring);
      let writes = 0;
      proxy.fate = (method, path) => {
        if (!isWrite(method, path)) return 'pass';
        writes += 1;
        return 'mute';
      };
      const store = proxied();
      await store.read('tokens');
      await store.write(next(ring));
      expect([writes, (await truth().read('tokens'))?.generation]).toEqual([1, 2]);
    },
  );

  clusterTest('was not written when the request never arrived: a conflict, so that it is read again', async () => {
    const ring = await newRing();
    await truth().write(ring);
    proxy.fate = (method, path) => (isWrite(method, path) ? 'cut' : 'pass');
    const store = proxied();
    await store.read('tokens');
    await expect(store.write(next(ring))).rejects.toMatchObject({ code: 'ERR_TRUTH_CONFLICT' });
    proxy.fate = () => 'cut';
    await expect(store.read('tokens')).rejects.toMatchObject({ code: 'ERR_TRUTH_UNREADABLE' });
    expect((await truth().read('tokens'))?.generation).toBe(1);
  });

  clusterTest('is never overwritten when it is somebody else’s, or damaged', async () => {
    const metadata = { name: 'keyring-tokens', namespace };
    const data = { 'ring.json': Buffer.from('theirs').toString('base64') };
    await stage.api.create(collection(SECRETS, namespace), { apiVersion: 'v1', kind: 'Secret', metadata, data });
    await expect(truth().read('tokens')).rejects.toThrow('the label keyturn.dev/ring-id is missing');
    await expect(truth().write(await newRing())).rejects.toMatchObject({ code: 'ERR_FOREIGN_OBJECT' });
    const found = await stage.get<Secret>(SECRETS, namespace, 'keyring-tokens');
    expect(found?.data).toEqual(data);
    await stage.api.remove(item(SECRETS, namespace, 'keyring-tokens'));
    await truth().write(await newRing());
    await stage.api.patch(item(SECRETS, namespace, 'keyring-tokens'), { data });
    const damaged = truth();
    await expect(damaged.read('tokens')).rejects.toMatchObject({ code: 'ERR_RING_INVALID' });
    await expect(damaged.write(next(await newRing()))).rejects.toMatchObject({ code: 'ERR_RING_INVALID' });
    expect((await stage.get<Secret>(SECRETS, namespace, 'keyring-tokens'))?.data).toEqual(data);
  });

  clusterTest('is of one ring: the Secret of another one, under its name too, is refused and stays', async () => {
    await truth().write(await newRing());
    const { metadata, ...rest } = (await stage.get<Secret>(SECRETS, namespace, 'keyring-tokens'))!;
    const { labels, annotations } = metadata;
    const copy = { ...rest, metadata: { name: 'keyring-session', labels, annotations } };
    await stage.api.create(collection(SECRETS, namespace), copy);
    await expect(truth().read('session')).rejects.toMatchObject({ code: 'ERR_FOREIGN_OBJECT' });
    const second = { ...(await newRing('id-2')), ring: 'session' };
    await expect(truth().write(second)).rejects.toMatchObject({ code: 'ERR_FOREIGN_OBJECT' });
    expect((await stage.get<Secret>(SECRETS, namespace, 'keyring-session'))?.data).toEqual(rest.data);
    expect((await truth().read('tokens'))?.generation).toBe(1);
  });

  clusterTest('says which Secret, which field and which rule, and nothing of its content', async () => {
    const ring = await newRing();
    await truth().write(ring);
    const broken = JSON.stringify({ ...ring, generation: 0, secretPart: 'do-not-say' });
    await stage.api.patch(item(SECRETS, namespace, 'keyring-tokens'), {
      data: { 'ring.json': Buffer.from(broken).toString('base64') },
    });
    const error = await truth()
      .read('tokens')
      .catch((caught: unknown) => String(caught));
    expect(error).toContain(`Secret ${namespace}/keyring-tokens: `);
    expect(error).not.toContain('do-not-say');
  });
});

describe('projections in a cluster', () => {
  const stamp = async (where: string, name = 'keyring-tokens-public') =>
    (await stage.get<ConfigMap>(CONFIG_MAPS, where, name))?.metadata.annotations?.['keyturn.dev/generation'];

  clusterTest('go only upward, whoever writes them, also in the namespaces of consumers', async () => {
    const shop = await stage.namespace();
    const ring = await newRing();
    const newer = next(ring, 4);
    await Promise.all([truth([shop]).project(newer), truth([shop]).project(ring), truth([shop]).project(next(ring))]);
    await truth([shop]).project(ring);
    expect([await stamp(namespace), await stamp(shop)]).toEqual(['5', '5']);
    expect((await truth().readProjection('tokens'))?.generation).toBe(5);
    expect(await truth().recordedNamespaces('tokens')).toEqual([shop]);
  });

  clusterTest('have no private member in their bytes; holders elsewhere get the secret', async () => {
    const shop = await stage.namespace();
    const signing = await newRing();
    await truth([shop]).project(signing);
    for (const where of [namespace, shop]) {
      const bytes = JSON.stringify(await stage.get<ConfigMap>(CONFIG_MAPS, where, 'keyring-tokens-public'));
      for (const { jwk } of signing.keys) expect(bytes).not.toContain(jwk?.d);
      for (const member of PRIVATE_JWK_MEMBERS) expect(bytes).not.toMatch(new RegExp(`\\\\"${member}\\\\"\\s*:`));
    }
    expect(await stage.get(SECRETS, shop, 'keyring-tokens-holder')).toBeUndefined();
    const other = await stage.namespace();
    const shared = { ...(await newRing('id-2', 'SharedSecret')), ring: 'session' };
    await truth([other]).project(shared);
    const copy = await stage.get<Secret>(SECRETS, other, 'keyring-session-holder');
    const text = Buffer.from(copy?.data?.['ring.json'] ?? '', 'base64').toString('utf8');
    expect(text).toContain(shared.keys[0]?.secret);
    const open = JSON.stringify(await stage.get<ConfigMap>(CONFIG_MAPS, other, 'keyring-session-public'));
    expect(open).not.toContain(shared.keys[0]?.secret);
  });

  clusterTest('are written again when they were damaged or removed, never over another ring’s', async () => {
    const ring = await newRing();
    await truth().project(ring);
    await stage.api.patch(item(CONFIG_MAPS, namespace, 'keyring-tokens-public'), { data: { 'ring.json': '{' } });
    await expect(truth().readProjection('tokens')).rejects.toMatchObject({ code: 'ERR_RING_INVALID' });
    await truth().project(ring);
    expect((await truth().readProjection('tokens'))?.generation).toBe(1);
    await stage.api.remove(item(CONFIG_MAPS, namespace, 'keyring-tokens-public'));
    await truth().project(next(ring));
    expect(await stamp(namespace)).toBe('2');
    await expect(truth().project(next(await newRing('id-other'), 9))).rejects.toMatchObject({
      code: 'ERR_FOREIGN_OBJECT',
    });
    expect(await stamp(namespace)).toBe('2');
  });

  clusterTest('of two rings of one name in two namespaces do not mix: the second copy is refused', async () => {
    const shop = await stage.namespace();
    await truth([shop]).project(await newRing());
    const own = new KubernetesTruth({ api: stage.api, namespace: shop });
    await expect(own.readProjection('tokens')).rejects.toMatchObject({ code: 'ERR_FOREIGN_OBJECT' });
    await expect(own.project(await newRing('id-2'))).rejects.toThrow(
      `it belongs to ring tokens of namespace ${namespace}`,
    );
  });

  clusterTest('do not wait for a namespace that is not there, or goes away', async () => {
    const going = await stage.namespace();
    const metadata = { name: 'kept', namespace: going, finalizers: ['keyturn.dev/test'] };
    await stage.api.create(collection(CONFIG_MAPS, going), { apiVersion: 'v1', kind: 'ConfigMap', metadata });
    await stage.api.remove(item(NAMESPACES, undefined, going));
    const shared = { ...(await newRing('id-1', 'SharedSecret')), ring: 'session' };
    await truth(['never-made', going]).project(shared);
    expect((await truth().readProjection('session'))?.generation).toBe(1);
    await stage.api.patch(item(CONFIG_MAPS, going, 'kept'), { metadata: { finalizers: null } });
  });

  clusterTest('are stored though every first answer is lost', async () => {
    const seen = new Set<string>();
    proxy.fate = (method, path) => {
      const key = `${method} ${path}`;
      if (method === 'GET' || seen.has(key)) return 'pass';
      seen.add(key);
      return 'drop';
    };
    const ring = await newRing();
    const store = proxied();
    await store.project(ring);
    await store.project(next(ring));
    expect(await stamp(namespace)).toBe('2');
  });
});
