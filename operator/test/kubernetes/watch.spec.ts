import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest } from '@jest/globals';
import {
  type ApiError,
  type CacheEvent,
  collection,
  createApiClient,
  item,
  KEY_ROTATIONS,
  type KubeObject,
  ResourceCache,
} from '../../src/kubernetes/api/index.js';
import { eventually } from '../support/processes.js';
import { ClusterStage, clusterTest, hasCluster } from './support/cluster-stage.js';
import { ApiProxy, type Fate } from './support/proxy.js';

jest.setTimeout(180_000);

let stage: ClusterStage;
let namespace: string;
let proxy: ApiProxy;
let cache: ResourceCache<KubeObject>;
let stopped: AbortController;
let running: Promise<void>;
let events: CacheEvent[];
/** What the cache has told, in order. */
let told: string[];

beforeAll(async () => {
  if (hasCluster) stage = await ClusterStage.open();
});
afterAll(() => stage?.close());
beforeEach(async () => {
  if (!hasCluster) return;
  namespace = await stage.namespace();
  proxy = await ApiProxy.start(stage.connection);
  stopped = new AbortController();
  [events, told] = [[], []];
  cache = new ResourceCache({
    api: createApiClient({ connection: proxy.connection() }),
    path: collection(KEY_ROTATIONS, namespace),
    observe: (event) => void events.push(event),
    onChange: (now, before) =>
      void told.push(`${now ? (before ? 'changed' : 'new') : 'gone'} ${(now ?? before)?.metadata.name}`),
  });
});
afterEach(async () => {
  stopped?.abort();
  await running;
  await proxy?.stop();
});

/** Everything that etcd has kept of the past is thrown away. */
async function compact(): Promise<void> {
  const ask = async (path: string, body: object): Promise<{ header?: { revision: string } }> => {
    const answer = await fetch(`${stage.plane.etcdUrl}/v3/kv/${path}`, { method: 'POST', body: JSON.stringify(body) });
    expect(answer.status).toBe(200);
    return (await answer.json()) as { header?: { revision: string } };
  };
  const { header } = await ask('range', { key: Buffer.from('/').toString('base64') });
  await ask('compaction', { revision: header?.revision, physical: true });
}

describe('a supervised list and watch of a real API server', () => {
  clusterTest('meets 410 after a compaction, lists again, and misses nothing that happened meanwhile', async () => {
    for (const name of ['goes', 'stays', 'changes']) await stage.rotation(namespace, name);
    running = cache.run(stopped.signal);
    await eventually('it is synced', () => cache.synced && cache.values().length === 3);
    await stage.rotation(namespace, 'seen');
    await eventually('the watch works', () => told.includes('new seen'));
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    proxy.fate = async (_method, path): Promise<Fate> => {
      if (path.includes('watch=1')) await gate;
      return 'pass';
    };
    proxy.cutAll();
    told.length = 0;
    await stage.api.remove(item(KEY_ROTATIONS, namespace, 'goes'));
    await stage.rotation(namespace, 'comes');
    await stage.api.patch(item(KEY_ROTATIONS, namespace, 'changes'), { spec: { abort: true } });
    await compact();
    await stage.plane.restartApiServer({ how: 'crash' });
    open();
    await eventually('it was told', () => told.length >= 3, 60_000);
    expect([...told].sort()).toEqual(['changed changes', 'gone goes', 'new comes']);
    const gone = events.filter(({ event }) => event === 'failed') as (CacheEvent & { event: 'failed' })[];
    expect(gone.map(({ error }) => (error as ApiError).detail.status)).toContain(410);
    await stage.rotation(namespace, 'after');
    await eventually('it watches again', () => told.includes('new after'));
    expect(
      cache
        .values()
        .map(({ metadata }) => metadata.name)
        .sort(),
    ).toEqual(['after', 'changes', 'comes', 'seen', 'stays']);
  });
});
