import { afterAll, beforeAll, describe, expect, jest } from '@jest/globals';
import { activeKey, keysIn, type RingDocument, toJwks } from '@keyturn/keyring/document';
import { createLocalJWKSet, importJWK, type JSONWebKeySet, type JWK, jwtVerify, SignJWT } from 'jose';
import { generateKey } from '../../src/keys/index.js';
import {
  collection,
  EVENTS,
  item,
  KEY_RINGS,
  KEY_ROTATIONS,
  type KubeObject,
  SECRETS,
} from '../../src/kubernetes/api/index.js';
import type { KeyRing, KeyRotation } from '../../src/kubernetes/driver/index.js';
import { eventually } from '../support/processes.js';
import { ClusterConsumer } from './support/cluster-consumer.js';
import { ClusterStage, clusterTest, hasCluster, RING_SPEC } from './support/cluster-stage.js';
import { keyturnIn, kubectlKeyturn, Replica } from './support/operators.js';

jest.setTimeout(180_000);

let stage: ClusterStage;
let namespace: string;
let shop: string;
let operator: Replica;
const consumers: ClusterConsumer[] = [];

beforeAll(async () => {
  if (!hasCluster) return;
  stage = await ClusterStage.open();
  [namespace, shop] = [await stage.namespace(), await stage.namespace()];
  await stage.keyRing(namespace, 'tokens', { ...RING_SPEC, consumers: { namespaces: [shop] } });
  operator = await Replica.start(stage.connection, namespace);
  const urls = [operator.url];
  consumers.push(
    await ClusterConsumer.start(stage, namespace, 'auth-1', 'issuer'),
    await ClusterConsumer.start(stage, namespace, 'tasks-1', 'verifier', { urls }),
    await ClusterConsumer.start(stage, namespace, 'tasks-2', 'verifier', { urls, podNamespace: shop }),
  );
  await settled();
});
afterAll(async () => {
  await operator?.stop();
  await Promise.all(consumers.map((consumer) => consumer.stop()));
  await stage?.close();
});

async function truth(): Promise<RingDocument> {
  const ring = await stage.truth(namespace).read('tokens');
  if (!ring) throw new Error('there is no ring');
  return ring;
}
const activeKid = async (): Promise<string | undefined> => activeKey((await truth()).keys)?.kid;
const settled = (): Promise<unknown> =>
  eventually(
    'the standby is proven and nothing drains',
    async () => {
      const ring = await stage.truth(namespace).read('tokens');
      const pending = keysIn(ring?.keys ?? [], 'pending');
      return (
        pending.some(({ provenAt }) => provenAt) && keysIn(ring?.keys ?? [], 'draining', 'compromised').length === 0
      );
    },
    30_000,
  );
const keyRing = async (): Promise<KeyRing> => {
  const found = await stage.get<KeyRing>(KEY_RINGS, namespace, 'tokens');
  if (!found) throw new Error('there is no KeyRing');
  return found;
};
const condition = async (type: string) => (await keyRing()).status?.conditions?.find((one) => one.type === type);
/** Writes that the operator has sent, its lease aside, as its metrics count them. */
const writes = async (): Promise<string[]> => {
  const metrics = await (await fetch(new URL('/metrics', operator.url))).text();
  const counts = metrics
    .split('\n')
    .filter((line) => /_request_duration_seconds_count\{verb="(POST|PUT|PATCH|DELETE)"/.test(line));
  return counts.filter((line) => !line.includes('/leases'));
};
interface ToldEvent extends KubeObject {
  readonly involvedObject: { readonly kind: string; readonly name: string };
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly eventTime: string;
}
const eventsAbout = async (kind: string, name: string): Promise<ToldEvent[]> => {
  const found: ToldEvent[] = [];
  for await (const { items } of stage.api.list<ToldEvent>(collection(EVENTS, namespace))) found.push(...items);
  return found.filter(({ involvedObject }) => involvedObject.kind === kind && involvedObject.name === name);
};
/** Changes after how long a held step is reported, and waits until the ring goes by it. */
async function reportStalledAfter(stalledAfter: string, ms: number): Promise<void> {
  await stage.api.patch(item(KEY_RINGS, namespace, 'tokens'), { spec: { stalledAfter } });
  await eventually('the ring goes by it', async () => (await truth()).settings.stalledAfterMs === ms);
  await settled();
}

describe('an operator in a cluster', () => {
  clusterTest(
    'rotates for a KeyRotation: every process in every namespace has proved it, and the run says so',
    async () => {
      const before = await activeKid();
      await stage.rotation(namespace, 'first');
      const run = await stage.reaches(namespace, 'first', 'Complete');
      expect(await activeKid()).not.toBe(before);
      expect(run.status).toMatchObject({
        kids: [await activeKid()],
        replaces: before,
        acks: { text: '3/3' },
        conditions: [
          { type: 'Complete', status: 'True' },
          { type: 'Failed', status: 'False' },
        ],
      });
      expect(run.status?.provenBy?.map((proof) => proof.split('/').slice(0, -1).join('/'))).toEqual(
        ['auth-1', 'tasks-1', `${shop}/tasks-2`].sort(),
      );
      const events = await eventually('the events are written', async () => {
        const reasons = (await eventsAbout('KeyRotation', 'first')).map(({ reason }) => reason);
        return reasons.includes('Complete') ? reasons : undefined;
      });
      expect(events).toEqual(expect.arrayContaining(['Requested', 'Running', 'Activated', 'Complete']));
      await settled();
    },
  );

  clusterTest(
    'says how the ring is in the status of its KeyRing, and writes nothing while nothing changes',
    async () => {
      await settled();
      const status = await eventually('the status has caught up', async () => {
        const { status } = await keyRing();
        return status?.consumers?.current === 3 && status.generation === (await truth()).generation
          ? status
          : undefined;
      });
      expect(status).toMatchObject({ activeKid: await activeKid(), observedGeneration: 1, liveKeys: 2 });
      expect(await condition('Ready')).toMatchObject({ status: 'True', reason: 'KeySigns' });
      expect(await condition('Stalled')).toMatchObject({ status: 'False' });
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      const before = await writes();
      await new Promise((resolve) => setTimeout(resolve, 4_000));
      expect(before.length).toBeGreaterThan(0);
      expect(await writes()).toEqual(before);
    },
  );

  clusterTest('answers health, metrics and confirming reads', async () => {
    const get = (path: string): Promise<Response> => fetch(new URL(path, operator.url));
    expect([(await get('/livez')).status, (await get('/readyz')).status]).toEqual([200, 200]);
    const metrics = await (await get('/metrics')).text();
    expect(metrics).toContain('keyturn_leader 1');
    expect(metrics).toContain(
      'keyturn_api_request_duration_seconds_count{verb="PUT",resource="/api/v1/secrets",outcome="ok"}',
    );
    const document = (await (await get('/keyturn/v1/rings/tokens/document?confirm=true')).json()) as RingDocument;
    expect(document).toMatchObject({ form: 'public', generation: (await truth()).generation });
    expect((await get('/keyturn/v1/rings/nobody/document?confirm=true')).status).toBe(404);
  });

  clusterTest(
    'waits for a process whose receipts are cut, names it, and goes on when it is back; Events of the ring say both',
    async () => {
      await reportStalledAfter('1s', 1_000);
      const held = consumers[1];
      await held?.cutReceipts();
      await stage.rotation(namespace, 'held');
      const waiting = await eventually('the run waits', async () => {
        const found = await stage.get<KeyRotation>(KEY_ROTATIONS, namespace, 'held');
        return found?.status?.waitingFor?.length ? found : undefined;
      });
      expect(waiting.status?.waitingFor).toMatchObject([{ name: 'tasks-1', why: 'NotAnswering' }]);
      const progressing = await eventually('the ring says it', async () => {
        const found = await condition('Progressing');
        return found?.message.includes('tasks-1') ? found : undefined;
      });
      expect(progressing).toMatchObject({ status: 'True', message: expect.stringContaining('keyturn status tokens') });
      const warning = await eventually('an Event warns', async () =>
        (await eventsAbout('KeyRing', 'tokens')).find(
          ({ type, message }) => type === 'Warning' && message.includes('tasks-1'),
        ),
      );
      expect(['ReceiptsBehind', 'CanaryNotAccepted']).toContain(warning.reason);
      expect(warning.message).toContain('keyturn status tokens');
      await held?.restoreReceipts();
      expect((await stage.reaches(namespace, 'held', 'Complete')).status?.acks?.text).toBe('3/3');
      const normal = await eventually('an Event says that nothing is held', async () =>
        (await eventsAbout('KeyRing', 'tokens')).find(
          ({ reason, eventTime }) => reason === 'AsExpected' && eventTime > warning.eventTime,
        ),
      );
      expect(normal).toMatchObject({ type: 'Normal', message: 'nothing is held' });
      await settled();
      await reportStalledAfter('5m', 300_000);
    },
  );

  clusterTest('gives up a rotation whose spec.abort is set, and only that one', async () => {
    const before = await activeKid();
    const held = consumers[1];
    await held?.cutReceipts();
    await stage.rotation(namespace, 'works');
    await stage.reaches(namespace, 'works', 'Running', 'Waiting');
    await stage.rotation(namespace, 'waits');
    await stage.reaches(namespace, 'waits', 'Queued');
    await stage.api.patch(item(KEY_ROTATIONS, namespace, 'waits'), { spec: { abort: true } });
    const aborted = await stage.reaches(namespace, 'waits', 'Aborted');
    expect(aborted.status?.conditions).toMatchObject([{ status: 'False' }, { type: 'Failed', status: 'True' }]);
    await stage.api.patch(item(KEY_ROTATIONS, namespace, 'works'), { spec: { abort: true } });
    await stage.reaches(namespace, 'works', 'Aborted');
    await held?.restoreReceipts();
    expect(await activeKid()).toBe(before);
    await stage.rotation(namespace, 'too-late');
    await stage.reaches(namespace, 'too-late', 'Complete');
    await stage.api.patch(item(KEY_ROTATIONS, namespace, 'too-late'), { spec: { abort: true } });
    const answered = await eventually(
      'the abort is answered',
      async () => (await stage.get<KeyRotation>(KEY_ROTATIONS, namespace, 'too-late'))?.status?.abort,
    );
    expect(answered).toMatchObject({ phase: 'Refused', refused: { reason: 'NothingToAbort' } });
    await settled();
  });

  clusterTest('revokes a key everywhere, with evidence', async () => {
    await settled();
    const leaked = await activeKid();
    await stage.rotation(namespace, 'leak', { reason: 'Compromised', revoke: { keys: [leaked] } });
    const { status } = await stage.reaches(namespace, 'leak', 'Complete');
    const times = ['declaredAt', 'writtenAt', 'firstRefusedAt', 'lastRefusedAt', 'finishedAt'];
    expect(Object.keys(status?.emergency ?? {})).toEqual(expect.arrayContaining(times));
    for (const { node } of consumers) {
      const key = node.require().document.keys.find(({ kid }) => kid === leaked);
      expect(['compromised', 'revoked']).toContain(key?.state);
    }
    expect((await truth()).keys.find(({ kid }) => kid === leaked)).not.toHaveProperty('jwk');
    await settled();
  });

  clusterTest('refuses what it cannot do, with the reason', async () => {
    await stage.rotation(namespace, 'nobody', { ringRef: { name: 'no-such-ring' } });
    const unknown = await stage.reaches(namespace, 'nobody', 'Refused');
    expect(unknown.status?.refused).toMatchObject({ reason: 'UnknownRing' });
    await stage.rotation(namespace, 'no-key', { reason: 'Compromised', revoke: { keys: ['no-such-key'] } });
    expect((await stage.reaches(namespace, 'no-key', 'Refused')).status?.refused).toMatchObject({
      reason: 'UnknownKey',
    });
  });

  clusterTest(
    'takes over a policy that is edited during a run when the run has ended, and keeps the ring when the KeyRing is deleted',
    async () => {
      await settled();
      const held = consumers[1];
      await held?.cutReceipts();
      await stage.rotation(namespace, 'edited');
      await stage.reaches(namespace, 'edited', 'Waiting');
      await stage.api.patch(item(KEY_RINGS, namespace, 'tokens'), { spec: { maxCredentialLifetime: '300ms' } });
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      expect((await truth()).settings.maxCredentialLifetimeMs).toBe(200);
      await held?.restoreReceipts();
      await stage.reaches(namespace, 'edited', 'Complete');
      await eventually('the policy is adopted', async () => (await truth()).settings.maxCredentialLifetimeMs === 300);
      await settled();
      const { ringId } = await truth();
      await stage.api.remove(item(KEY_RINGS, namespace, 'tokens'));
      const leaked = await activeKid();
      await stage.rotation(namespace, 'orphan', { reason: 'Compromised', revoke: { keys: [leaked] } });
      const run = await stage.reaches(namespace, 'orphan', 'Complete');
      expect(run.status?.acks?.text).toBe('3/3');
      await stage.keyRing(namespace, 'tokens', { ...RING_SPEC, consumers: { namespaces: [shop] } });
      await settled();
      const { status } = await eventually('the ring is adopted', async () => {
        const found = await keyRing();
        return found.status?.ringId ? found : undefined;
      });
      expect(status?.ringId).toBe(ringId);
    },
  );

  clusterTest('begins runs for the schedule, and keeps as many as the history may have', async () => {
    const rotation = { interval: '1s', historyLimit: 2 };
    await stage.api.patch(item(KEY_RINGS, namespace, 'tokens'), { spec: { rotation } });
    const scheduled = await eventually(
      'some have ended',
      async () => {
        const runs: KeyRotation[] = [];
        for await (const { items } of stage.api.list<KeyRotation>(collection(KEY_ROTATIONS, namespace)))
          runs.push(...items);
        const ended = runs.filter(({ spec, status }) => spec.reason === 'Scheduled' && status?.phase === 'Complete');
        return ended.length === 2 && runs.length <= 4 ? ended : undefined;
      },
      60_000,
    );
    for (const { status, metadata } of scheduled) {
      expect(status?.requestedBy).toBe('schedule');
      expect(metadata.name).toMatch(/^schedule\.tokens\.\d+/);
    }
    const paused = { interval: '1s', paused: true, historyLimit: 10 };
    await stage.api.patch(item(KEY_RINGS, namespace, 'tokens'), { spec: { rotation: paused } });
    await settled();
  });

  clusterTest('serves the same commands as a platform on one machine, also as a plugin of kubectl', async () => {
    await settled();
    const rotated = await keyturnIn(stage, namespace, ['rotate', 'tokens']);
    expect([rotated.code, rotated.stderr]).toEqual([0, '']);
    expect(rotated.stdout).toContain('Activated');
    const status = await kubectlKeyturn(stage, namespace, ['status']);
    expect(status.stdout).toContain(`tokens  ready`);
    expect(status.stdout).toContain('3/3 processes current');
    const history = await keyturnIn(stage, namespace, ['--json', 'history', 'tokens']);
    expect(JSON.parse(history.stdout)).toEqual(
      expect.arrayContaining([expect.objectContaining({ requestedBy: 'cli' })]),
    );
    const nothing = await keyturnIn(stage, namespace, ['abort', 'tokens']);
    expect([nothing.code, nothing.stderr]).toEqual([1, 'keyturn: abort tokens: no rotation is under way.\n']);
    await settled();
    const leaked = await activeKid();
    const revoked = await keyturnIn(stage, namespace, ['revoke', 'tokens', leaked ?? '', '--yes']);
    expect(revoked.code).toBe(0);
    const examined = await keyturnIn(stage, namespace, ['doctor']);
    expect(examined.stdout).toMatch(/tokens: in order|tokens: no proven standby/);
    expect(examined.stdout).toContain(`${shop}/tasks-2: its management port`);
    const crds = await keyturnIn(stage, namespace, ['crds', '--apply']);
    expect(crds.stdout).toBe('keyrings.keyturn.dev: current\nkeyrotations.keyturn.dev: current\n');
    const unknown = await keyturnIn(stage, namespace, ['rotate', 'nobody']);
    expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining('Rings: tokens') });
  });
});

describe('a ring that cannot be made', () => {
  clusterTest('says why in its conditions, and is made once the reason is gone', async () => {
    const importing = {
      ...RING_SPEC,
      type: 'SharedSecret',
      algorithm: 'HS256',
      import: { secretRef: { name: 'old' } },
    };
    await stage.keyRing(namespace, 'imported', importing);
    const stalled = await eventually('it says so', async () =>
      (await stage.get<KeyRing>(KEY_RINGS, namespace, 'imported'))?.status?.conditions?.find(
        ({ type }) => type === 'Stalled',
      ),
    );
    expect(stalled).toMatchObject({
      status: 'True',
      reason: 'PolicyInvalid',
      message: expect.stringContaining('Secret old: is missing'),
    });
    const secret = Buffer.from('0123456789abcdef0123456789abcdef').toString('base64url');
    const data = { secret: Buffer.from(secret).toString('base64'), kid: Buffer.from('legacy').toString('base64') };
    const object = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'old' }, data };
    await stage.api.create(collection({ group: '', version: 'v1', plural: 'secrets' }, namespace), object);
    const made = await eventually('it is made', () => stage.truth(namespace).read('imported'));
    expect(activeKey(made.keys)).toMatchObject({ kid: 'legacy', secret });
  });

  clusterTest('goes on with the signing key of a running system: what it signed before is still verified', async () => {
    const { kid, jwk } = await generateKey('ES256');
    const token = await new SignJWT({})
      .setProtectedHeader({ alg: 'ES256', kid })
      .setSubject('u1')
      .sign(await importJWK(jwk as unknown as JWK, 'ES256'));
    const put = (name: string, keys: unknown[]) => {
      const data = { jwk: Buffer.from(JSON.stringify({ keys })).toString('base64') };
      const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name }, data };
      return stage.api.create(collection(SECRETS, namespace), secret);
    };
    await put('several', [jwk, (await generateKey('ES256')).jwk]);
    await put('adopted', [jwk]);
    const importing = (name: string) => ({ ...RING_SPEC, import: { secretRef: { name } } });
    await stage.keyRing(namespace, 'adopted', importing('several'));
    await eventually('it says which rule the JWKS breaks', async () => {
      const conditions = (await stage.get<KeyRing>(KEY_RINGS, namespace, 'adopted'))?.status?.conditions;
      return conditions?.some(({ message }) =>
        message.includes('Secret several: jwk: must be a private JWK, or a JWKS'),
      );
    });
    await stage.api.patch(item(KEY_RINGS, namespace, 'adopted'), { spec: importing('adopted') });
    const published = await eventually('the ring is published', () => stage.truth(namespace).readProjection('adopted'));
    expect(activeKey(published.keys)?.kid).toBe(kid);
    const keys = createLocalJWKSet(toJwks(published) as unknown as JSONWebKeySet);
    expect((await jwtVerify(token, keys)).payload.sub).toBe('u1');
  });

  clusterTest('leaves a Secret of its name that is somebody else’s alone, and says so', async () => {
    const data = { mine: 'bWluZQ==' };
    const secrets = collection({ group: '', version: 'v1', plural: 'secrets' }, namespace);
    await stage.api.create(secrets, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'keyring-taken' }, data });
    await stage.keyRing(namespace, 'taken');
    const stalled = await eventually('it says so', async () =>
      (await stage.get<KeyRing>(KEY_RINGS, namespace, 'taken'))?.status?.conditions?.find(
        ({ type }) => type === 'Stalled',
      ),
    );
    expect(stalled).toMatchObject({ status: 'True', reason: 'ForeignObject' });
    const found = await stage.api.get<KubeObject & { data: object }>(`${secrets}/keyring-taken`);
    expect(found?.data).toEqual(data);
  });
});

describe('keyturn destroy', () => {
  clusterTest(
    'removes what a deleted KeyRing has left, and nothing else; the next ring of that name is a new one',
    async () => {
      await stage.keyRing(namespace, 'gone', {
        type: 'SharedSecret',
        algorithm: 'HS256',
        consumers: { namespaces: [shop] },
      });
      const first = await eventually('it is projected', async () => {
        const copy = await stage.get(SECRETS, shop, 'keyring-gone-holder');
        return copy && stage.truth(namespace).read('gone');
      });
      const destroy = (...more: string[]) => keyturnIn(stage, namespace, ['destroy', 'gone', ...more]);
      expect(await destroy()).toMatchObject({ code: 2, stderr: expect.stringContaining('Add --yes') });
      expect(await destroy('--yes')).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('kubectl delete keyring gone'),
      });
      await stage.api.remove(item(KEY_RINGS, namespace, 'gone'));
      const { code, stdout } = await destroy('--yes');
      expect(code).toBe(0);
      expect(stdout.trim().split('\n')).toEqual([
        `removed Secret ${namespace}/keyring-gone`,
        `removed Secret ${shop}/keyring-gone-holder`,
        `removed ConfigMap ${shop}/keyring-gone-public`,
        `removed ConfigMap ${namespace}/keyring-gone-public`,
      ]);
      expect(await stage.get(SECRETS, namespace, 'keyring-tokens')).toBeDefined();
      expect((await destroy('--yes')).stdout).toBe('Nothing is left of gone.\n');
      await stage.keyRing(namespace, 'gone', { type: 'SharedSecret', algorithm: 'HS256' });
      const next = await eventually('there is a ring again', () => stage.truth(namespace).read('gone'));
      expect(next.ringId).not.toBe(first.ringId);
    },
  );
});
