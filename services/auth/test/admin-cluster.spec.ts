import { afterAll, beforeAll, describe, expect, jest } from '@jest/globals';
import type { PostgresServer } from '@keyturn/postgres';
import type { Browser } from './support/browser.js';
import { Cluster, clusterTest, hasCluster, NAMESPACE } from './support/cluster.js';
import { type Loss, LossyProxy } from './support/lossy-proxy.js';
import { signUp } from './support/people.js';
import { startPostgres, World } from './support/platform.js';

jest.setTimeout(120_000);

interface Rotation {
  readonly metadata: { readonly name: string; readonly annotations: Record<string, string> };
  readonly spec: Record<string, unknown>;
}

let postgres: PostgresServer;
let cluster: Cluster;
/** Between auth and the API server. */
let network: LossyProxy;
let world: World;
let administrator: Browser;

beforeAll(async () => {
  if (!hasCluster) return;
  [postgres, cluster] = await Promise.all([startPostgres(), Cluster.open()]);
  world = await World.create(postgres);
  for (const ring of [world.session, world.tokens]) {
    await cluster.truth(ring.document());
    const { algorithm, name } = ring;
    const type = algorithm === 'opaque' ? 'SharedSecret' : 'SigningKey';
    await cluster.apply({
      apiVersion: 'keyturn.dev/v1alpha1',
      kind: 'KeyRing',
      metadata: { name },
      spec: { type, algorithm },
    });
  }
  network = await LossyProxy.open(cluster.plane.url);
  await world.start({ ...(await cluster.pod()), KUBERNETES_SERVICE_PORT: String(network.port) });
  administrator = world.browser();
  const { email } = await signUp(administrator);
  await world.query('update "user" set "role" = \'admin\' where "email" = $1', [email]);
}, 120_000);

afterAll(async () => {
  await world?.stop();
  await network?.close();
  await Promise.all([cluster?.close(), postgres?.stop()]);
});

const ask = (path: string, body: unknown = {}) =>
  administrator.call(`/api/admin/rings/${path}`, { method: 'POST', body });
const accepted = async (path: string, body?: unknown): Promise<string> => {
  const response = await ask(path, body);
  expect(response.status).toBe(202);
  return ((await response.json()) as { id: string }).id;
};
const rotation = (id: string): Promise<Rotation> => cluster.get<Rotation>('keyrotation', id);
const runsOf = async (ring: string): Promise<{ readonly id: string; readonly phase: string }[]> => {
  const answer = await administrator.call(`/api/admin/rings/${ring}/runs`);
  return ((await answer.json()) as { runs: { id: string; phase: string }[] }).runs;
};
const count = async (): Promise<number> => (await cluster.get<{ items: unknown[] }>('keyrotations')).items.length;

describe('an administrator of a platform in a cluster', () => {
  clusterTest('asks for rotations and revocations: each is a KeyRotation that says who asked, and when', async () => {
    const ringRef = { name: 'access-tokens' };
    const rotated = await rotation(await accepted('access-tokens/rotate'));
    expect(rotated.spec).toEqual({ ringRef, reason: 'Manual' });
    const [user] = await world.query<{ id: string }>(`select "id" from "user" where "role" = 'admin'`);
    expect(rotated.metadata.annotations).toMatchObject({
      'keyturn.dev/requested-by': user!.id,
      'keyturn.dev/requested-at': expect.stringMatching(/^\d{4}-.*Z$/),
    });
    const some = await rotation(await accepted('session-secret/revoke', { keys: ['kid-1', 'kid-2'] }));
    const revoke = { keys: ['kid-1', 'kid-2'] };
    expect(some.spec).toEqual({ ringRef: { name: 'session-secret' }, reason: 'Compromised', revoke });
    const all = await rotation(await accepted('access-tokens/revoke', { keys: 'all' }));
    expect(all.spec).toEqual({ ringRef, reason: 'Compromised', revoke: { all: true } });
  });

  clusterTest('gives up the rotation that works, then the one that waits, and no revocation', async () => {
    await cluster.kubectl(['-n', NAMESPACE, 'delete', 'keyrotations', '--all']);
    const [works, waits] = [await accepted('access-tokens/rotate'), await accepted('access-tokens/rotate')];
    await accepted('access-tokens/revoke', { keys: 'all' });
    await cluster.setStatus('keyrotation', works, { phase: 'Waiting' });
    expect(await accepted('access-tokens/abort')).toBe(`${works}.abort`);
    expect([(await rotation(works)).spec.abort, (await rotation(waits)).spec.abort]).toEqual([true, undefined]);
    await cluster.setStatus('keyrotation', works, { phase: 'Aborted' });
    expect(await accepted('access-tokens/abort')).toBe(`${waits}.abort`);
    await cluster.setStatus('keyrotation', waits, { phase: 'Complete' });
    const nothing = await ask('access-tokens/abort');
    expect(nothing.status).toBe(409);
    expect(await nothing.json()).toMatchObject({ code: 'ERR_NOTHING_TO_ABORT' });
  });

  clusterTest('sees every ring as the operator says that it is, without any key material', async () => {
    const { kid, state, since } = world.tokens.inState('active');
    const said = {
      generation: 7,
      keys: [{ kid, state, since, createdAt: '2030-01-01T00:00:00Z' }],
      consumers: { total: 3, current: 2, lagging: [{ name: 'tasks-1', generation: 6, why: 'NotAnswering' }] },
      conditions: [
        { type: 'Ready', status: 'True', reason: 'KeySigns', message: '', lastTransitionTime: '2030-01-01T00:00:00Z' },
      ],
      nextRotation: '2030-02-01T00:00:00Z',
    };
    await cluster.setStatus('keyring', 'access-tokens', said);
    const response = await administrator.call('/api/admin/rings');
    const text = await response.text();
    expect(JSON.parse(text).rings).toMatchObject([
      { ring: 'access-tokens', type: 'SigningKey', algorithm: 'ES256', ...said, keys: [{ kid, state }] },
      { ring: 'session-secret', type: 'SharedSecret', algorithm: 'opaque', generation: 0, keys: [] },
    ]);
    for (const key of [...world.session.keys, ...world.tokens.keys])
      expect(text.includes(key.secret ?? key.jwk!.d)).toBe(false);
  });

  clusterTest('sees the runs of every ring, in every tab, by one list, and its own request in the next', async () => {
    const lists = async () => {
      const counted = await cluster.kubectl(['get', '--raw', '/metrics']);
      const name = /^apiserver_request_total\{.*resource="keyrotations",.*verb="LIST".*\} (\d+)$/gm;
      return [...counted.matchAll(name)].reduce((sum, [, value]) => sum + Number(value), 0);
    };
    const runs = async (ring: string): Promise<string[]> => (await runsOf(ring)).map(({ id }) => id);
    await runs('access-tokens');
    const id = await accepted('access-tokens/rotate');
    const before = await lists();
    expect(before).toBeGreaterThan(0);
    const tabs = [0, 1, 2, 3, 4].flatMap(() => ['access-tokens', 'session-secret']);
    const [tokens, sessions] = await Promise.all(tabs.map(runs));
    expect(tokens).toContain(id);
    expect(sessions).not.toContain(id);
    expect((await lists()) - before).toBeLessThan(tabs.length / 2);
  });

  clusterTest('sees a run that the operator has not taken yet as one that waits', async () => {
    const id = await accepted('access-tokens/rotate');
    expect((await runsOf('access-tokens')).find((run) => run.id === id)?.phase).toBe('Queued');
  });

  clusterTest('is told what the schema refuses', async () => {
    const before = await count();
    const refused = await ask('access-tokens/revoke', { keys: ['a b'] });
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({
      code: 'ERR_REQUEST_REFUSED',
      detail: expect.stringContaining('spec.revoke.keys'),
    });
    expect(await count()).toBe(before);
  });

  const answerIsGone: Loss[] = ['answer is lost', 'answer never comes'];
  for (const loss of answerIsGone) {
    clusterTest(`gets one rotation for one request, also when the API server's ${loss}`, async () => {
      const [before, losses] = [await count(), network.losses];
      expect((await administrator.call('/api/admin/rings')).status).toBe(200);
      network.lose(loss);
      const id = await accepted('access-tokens/rotate');
      expect(network.losses).toBeGreaterThan(losses);
      expect((await rotation(id)).spec).toMatchObject({ ringRef: { name: 'access-tokens' } });
      expect(await count()).toBe(before + 1);
    });
  }

  clusterTest('gets 503 and no rotation, when the request never reached the API server', async () => {
    const [before, losses] = [await count(), network.losses];
    expect((await administrator.call('/api/admin/rings')).status).toBe(200);
    network.lose('request is lost');
    expect((await ask('access-tokens/rotate')).status).toBe(503);
    expect(network.losses).toBeGreaterThan(losses);
    expect(await count()).toBe(before);
  });

  clusterTest('gets 503 without the Role, or while the API server is away, and the log says why', async () => {
    await cluster.kubectl(['-n', NAMESPACE, 'delete', 'rolebinding', 'keyturn-auth-admin']);
    for (const path of ['access-tokens/rotate', 'access-tokens/abort']) expect((await ask(path)).status).toBe(503);
    expect((await administrator.call('/api/admin/rings')).status).toBe(503);
    expect(world.log.lines.join('')).toContain('the API server answered 403');
    await cluster.plane.restartApiServer({
      how: 'crash',
      whileDown: async () => {
        const response = await ask('access-tokens/rotate');
        expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
      },
    });
  });
});
