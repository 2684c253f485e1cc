import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest } from '@jest/globals';
import { activeKey, keysIn, type RingDocument } from '@keyturn/keyring/document';
import type { EngineEvent } from '../../src/engine/index.js';
import { collection, item, KEY_RINGS, KEY_ROTATIONS } from '../../src/kubernetes/api/index.js';
import type { KeyRing, KeyRotation } from '../../src/kubernetes/driver/index.js';
import { eventually } from '../support/processes.js';
import { ClusterConsumer } from './support/cluster-consumer.js';
import { ClusterStage, clusterTest, hasCluster, NAMESPACES, RING_SPEC } from './support/cluster-stage.js';
import { Replica } from './support/operators.js';
import { RingWatch } from './support/ring-watch.js';

jest.setTimeout(300_000);

let stage: ClusterStage;
let namespace: string;
let history: RingWatch;
let replica: Replica;
let consumers: ClusterConsumer[];
/** Is awaited at each event of the engine. */
let at: (event: EngineEvent) => Promise<void> | void;

beforeAll(async () => {
  if (hasCluster) stage = await ClusterStage.open();
});
afterAll(() => stage?.close());
beforeEach(async () => {
  if (!hasCluster) return;
  [consumers, at] = [[], () => undefined];
  namespace = await stage.namespace();
  history = new RingWatch(stage.api, namespace, 'tokens');
  replica = await Replica.start(stage.connection, namespace, (event) => at(event));
});
afterEach(async () => {
  await replica?.stop();
  await Promise.all(consumers?.map((consumer) => consumer.stop()) ?? []);
  await history?.stop();
});

const consumer = async (
  ...args: Parameters<typeof ClusterConsumer.start> extends [unknown, unknown, ...infer R] ? R : never
) => {
  const started = await ClusterConsumer.start(stage, namespace, ...args);
  consumers.push(started);
  return started;
};
const read = (): Promise<RingDocument | undefined> => stage.truth(namespace).read('tokens');
const activeKid = async (): Promise<string | undefined> => activeKey((await read())?.keys ?? [])?.kid;
const settled = (): Promise<unknown> =>
  eventually(
    'the standby is proven and nothing drains',
    async () => {
      const keys = (await read())?.keys ?? [];
      const proven = keysIn(keys, 'pending').some(({ provenAt }) => provenAt);
      return proven && keysIn(keys, 'draining', 'compromised').length === 0;
    },
    60_000,
  );
const waiting = (run: string, ...names: string[]): Promise<unknown> =>
  eventually(`${run} waits for ${names.join()}`, async () => {
    const found = await stage.get<KeyRotation>(KEY_ROTATIONS, namespace, run);
    const held = found?.status?.waitingFor?.map(({ name }) => name).sort();
    return held?.join() === names.sort().join() ? true : undefined;
  });
const isGone = (name: string): Promise<unknown> =>
  eventually(
    `namespace ${name} is gone`,
    async () => (await stage.api.get(item(NAMESPACES, undefined, name))) === undefined,
    60_000,
  );

/** Everything that a run goes through, as the engine tells it. */
const PHASES = [
  'request-taken',
  'truth-read',
  'projected',
  'listed',
  'asked',
  'step-planned',
  'step-written',
  'run-ended',
];

describe('a KeyRing that is deleted', () => {
  /** Deletes the KeyRing in one phase of a run; the run ends, and a KeyRing of that name has the same ring. */
  async function deletedAt(phase: string, run: string, spec: (kid: string) => object): Promise<void> {
    const before = await read();
    const kid = (await activeKid()) ?? '';
    let taken = false;
    let deleted = false;
    at = async ({ event }) => {
      taken ||= event === 'request-taken';
      if (!taken || deleted || event !== phase) return;
      deleted = true;
      await stage.api.remove(item(KEY_RINGS, namespace, 'tokens'));
    };
    await stage.rotation(namespace, run, spec(kid));
    await stage.reaches(namespace, run, 'Complete');
    await settled();
    expect([phase, deleted]).toEqual([phase, true]);
    expect(await activeKid()).not.toBe(kid);
    expect((await read())?.ringId).toBe(before?.ringId);
    at = () => undefined;
    await stage.keyRing(namespace, 'tokens');
    const adopted = await eventually('a KeyRing of that name has the ring', async () => {
      const { status } = (await stage.get<KeyRing>(KEY_RINGS, namespace, 'tokens')) ?? {};
      return status?.ringId && status.activeKid === (await activeKid()) ? status : undefined;
    });
    expect(adopted.ringId).toBe(before?.ringId);
  }

  clusterTest(
    'in any phase of a rotation stops no run, loses no key, and is adopted by the next of its name',
    async () => {
      await stage.keyRing(namespace, 'tokens');
      await consumer('auth-1', 'issuer');
      await settled();
      for (const phase of PHASES) await deletedAt(phase, `rotate-at-${phase}`, () => ({}));
      expect(history.signers()).toHaveLength(1 + PHASES.length);
      expect(history.broken()).toEqual([]);
    },
  );

  clusterTest('in any phase of a revocation does not keep the key alive', async () => {
    await stage.keyRing(namespace, 'tokens');
    await consumer('auth-1', 'issuer');
    await settled();
    for (const phase of PHASES) {
      const leaked = (await activeKid()) ?? '';
      await deletedAt(phase, `revoke-at-${phase}`, (kid) => ({ reason: 'Compromised', revoke: { keys: [kid] } }));
      expect((await read())?.keys.find(({ kid }) => kid === leaked)).toMatchObject({ state: 'revoked' });
    }
    expect(history.broken()).toEqual([]);
  });

  clusterTest('while a run waits for a process neither ends the run nor lets it go ahead', async () => {
    await stage.keyRing(namespace, 'tokens', { ...RING_SPEC, rotation: { interval: '1h' } });
    const held = await consumer('auth-1', 'issuer');
    await settled();
    const before = await activeKid();
    await held.cutReceipts();
    await stage.rotation(namespace, 'held');
    await waiting('held', 'auth-1');
    await stage.api.remove(item(KEY_RINGS, namespace, 'tokens'));
    await eventually('the operator knows', () => {
      const last = replica.events.findLast(({ event }) => event === 'reported');
      return last?.event === 'reported' && last.nextRotation === null;
    });
    expect(await activeKid()).toBe(before);
    await held.restoreReceipts();
    await stage.reaches(namespace, 'held', 'Complete');
    expect(await activeKid()).not.toBe(before);
  });

  clusterTest('begins nothing by itself any more, whatever its schedule was', async () => {
    await stage.keyRing(namespace, 'tokens', { ...RING_SPEC, rotation: { interval: '1s' } });
    await consumer('auth-1', 'issuer');
    await eventually('the schedule works', () => history.signers().length >= 3, 30_000);
    await stage.api.remove(item(KEY_RINGS, namespace, 'tokens'));
    await settled();
    const signers = history.signers();
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect(history.signers()).toEqual(signers);
  });
});

describe('a namespace that is deleted', () => {
  clusterTest('with its ring in the middle of a run goes; one of that name begins anew', async () => {
    await stage.keyRing(namespace, 'tokens');
    const held = await consumer('auth-1', 'issuer');
    await settled();
    const { ringId } = (await read())!;
    await held.cutReceipts();
    await stage.rotation(namespace, 'held');
    await waiting('held', 'auth-1');
    await stage.api.remove(item(NAMESPACES, undefined, namespace));
    await isGone(namespace);
    await stage.api.create(collection(NAMESPACES), { metadata: { name: namespace } });
    await stage.keyRing(namespace, 'tokens');
    const made = await eventually('there is a ring', read, 30_000);
    expect(made.ringId).not.toBe(ringId);
    expect(replica.failed).toBeUndefined();
  });

  clusterTest('with consumers that hold a run lets the run go on', async () => {
    const shop = await stage.namespace();
    await stage.keyRing(namespace, 'tokens', { ...RING_SPEC, consumers: { namespaces: [shop] } });
    await consumer('auth-1', 'issuer');
    const held = await consumer('tasks-1', 'verifier', { urls: [replica.url], podNamespace: shop });
    await settled();
    await held.cutReceipts();
    await stage.rotation(namespace, 'held');
    await waiting('held', `${shop}/tasks-1`);
    await stage.api.remove(item(NAMESPACES, undefined, shop));
    await isGone(shop);
    expect((await stage.reaches(namespace, 'held', 'Complete')).status?.acks?.text).toBe('1/1');
    expect(history.broken()).toEqual([]);
  });
});

describe('a ring that finds no issuer', () => {
  const condition = async (type: string) =>
    (await stage.get<KeyRing>(KEY_RINGS, namespace, 'tokens'))?.status?.conditions?.find((one) => one.type === type);
  const said = (type: string, status: string) =>
    eventually(`${type} says it`, async () => {
      const found = await condition(type);
      return found?.reason === 'NoIssuer' && found.status === status ? found : undefined;
    });

  clusterTest('says so, keeps its key though a rotation is asked for, and goes on when there is one', async () => {
    await stage.keyRing(namespace, 'tokens', { ...RING_SPEC, stalledAfter: '1s' });
    await consumer('tasks-1', 'verifier', { urls: [replica.url] });
    await settled();
    await said('Progressing', 'False');
    expect(await condition('Ready')).toMatchObject({ status: 'True' });
    const before = await activeKid();
    await stage.rotation(namespace, 'unlabelled');
    const stalled = await said('Stalled', 'True');
    expect(stalled.message).toContain('ring.keyturn.dev/tokens: issuer');
    const run = await stage.reaches(namespace, 'unlabelled', 'Waiting');
    expect(run.status?.timeline?.map(({ event }) => event)).toContain('NoIssuer');
    expect(await activeKid()).toBe(before);
    await consumer('auth-1', 'issuer');
    await stage.reaches(namespace, 'unlabelled', 'Complete');
    expect(await activeKid()).not.toBe(before);
    await eventually('it is not stalled', async () => (await condition('Stalled'))?.status === 'False');
  });

  clusterTest('revokes all the same', async () => {
    await stage.keyRing(namespace, 'tokens');
    await consumer('tasks-1', 'verifier', { urls: [replica.url] });
    await settled();
    const leaked = (await activeKid()) ?? '';
    await stage.rotation(namespace, 'leak', { reason: 'Compromised', revoke: { keys: [leaked] } });
    await stage.reaches(namespace, 'leak', 'Complete');
    expect(await activeKid()).not.toBe(leaked);
  });
});

describe('a KeyRing that is edited in the middle of a run', () => {
  clusterTest('lets consumers of a further namespace join the barrier', async () => {
    const shop = await stage.namespace();
    await stage.keyRing(namespace, 'tokens');
    const issuer = await consumer('auth-1', 'issuer');
    await settled();
    const joining = await consumer('tasks-1', 'verifier', { urls: [replica.url], podNamespace: shop });
    await issuer.cutReceipts();
    await joining.cutReceipts();
    const before = await activeKid();
    await stage.rotation(namespace, 'edited');
    await waiting('edited', 'auth-1');
    await stage.api.patch(item(KEY_RINGS, namespace, 'tokens'), { spec: { consumers: { namespaces: [shop] } } });
    await waiting('edited', 'auth-1', `${shop}/tasks-1`);
    await issuer.restoreReceipts();
    await waiting('edited', `${shop}/tasks-1`);
    expect(await activeKid()).toBe(before);
    await joining.restoreReceipts();
    expect((await stage.reaches(namespace, 'edited', 'Complete')).status?.acks?.text).toBe('2/2');
  });
});
