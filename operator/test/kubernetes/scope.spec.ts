import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest } from '@jest/globals';
import { rm } from 'node:fs/promises';
import { activeKey, keysIn } from '@keyturn/keyring/document';
import { type Granted, grantEverywhere, operatorAccount } from '../../scale/src/account.js';
import {
  type Connection,
  CONFIG_MAPS,
  inClusterConnection,
  item,
  KEY_RINGS,
  SECRETS,
} from '../../src/kubernetes/api/index.js';
import type { KeyRing } from '../../src/kubernetes/driver/index.js';
import { eventually } from '../support/processes.js';
import { ClusterConsumer } from './support/cluster-consumer.js';
import { ClusterStage, clusterTest, hasCluster, RING_SPEC } from './support/cluster-stage.js';
import { Replica } from './support/operators.js';

jest.setTimeout(180_000);

let stage: ClusterStage;
/** Namespace of the ring, and of consumers elsewhere. */
let home: string;
let shop: string;
let granted: Granted;
let account: string;
let connection: Connection;
let replica: Replica;
const consumers: ClusterConsumer[] = [];

beforeAll(async () => {
  if (hasCluster) stage = await ClusterStage.open();
});
afterAll(() => stage?.close());
beforeEach(async () => {
  if (!hasCluster) return;
  [home, shop] = [await stage.namespace(), await stage.namespace()];
  granted = { rings: ['session'], shared: ['session'], namespaces: [home, shop] };
  account = await operatorAccount(stage, granted);
  connection = await inClusterConnection('127.0.0.1', new URL(stage.plane.url).port, account);
  replica = await Replica.start(connection, home);
  const spec = { ...RING_SPEC, type: 'SharedSecret', algorithm: 'HS256', consumers: { namespaces: [shop] } };
  await stage.keyRing(home, 'session', spec);
  consumers.push(
    await ClusterConsumer.start(stage, home, 'auth-1', 'issuer', { ring: 'session' }),
    await ClusterConsumer.start(stage, home, 'shop-1', 'holder', holderIn(shop)),
  );
  await settled();
});
afterEach(async () => {
  if (!hasCluster) return;
  await replica.stop();
  connection.close();
  await Promise.all(consumers.splice(0).map((consumer) => consumer.stop()));
  await rm(account, { recursive: true });
});

const holderIn = (podNamespace: string) => ({
  ring: 'session',
  podNamespace,
  urls: [replica.url],
  mounts: 'keyring-session-holder',
});
const settled = (): Promise<unknown> =>
  eventually(
    'the standby is proven and nothing drains',
    async () => {
      const keys = (await stage.truth(home).read('session'))?.keys ?? [];
      const proven = keysIn(keys, 'pending').some(({ provenAt }) => provenAt);
      return proven && keysIn(keys, 'draining', 'compromised').length === 0;
    },
    60_000,
  );
const ask = async (name: string, spec: object = {}) => {
  await stage.rotation(home, name, { ringRef: { name: 'session' }, ...spec });
  return stage.reaches(home, name, 'Complete');
};

describe('an operator with the rights of its Roles and no others', () => {
  clusterTest('answers who asks for a ring that is none, though it may not look for its Secret', async () => {
    await stage.rotation(home, 'typo', { ringRef: { name: 'sesion' } });
    const { status } = await stage.reaches(home, 'typo', 'Refused');
    expect(status?.refused).toMatchObject({ reason: 'UnknownRing' });
  });

  clusterTest('rotates and revokes with holders of another namespace, which mount their copy', async () => {
    const holder = consumers[1]!;
    expect((await ask('one')).status?.acks?.text).toBe('2/2');
    await settled();
    const active = activeKey((await stage.truth(home).read('session'))!.keys)!;
    const signs = await eventually('the holder signs with the new secret', () => {
      const { kid, secret } = holder.node.signer();
      return kid === active.kid && secret;
    });
    expect(signs).toBe(active.secret);
    const { status } = await ask('leak', { reason: 'Compromised', revoke: { keys: [active.kid] } });
    expect(status?.acks?.text).toBe('2/2');
    const held = holder.node.require().document.keys.find(({ kid }) => kid === active.kid);
    expect(held?.state).toMatch(/compromised|revoked/);
    expect(await stage.get(SECRETS, shop, 'keyring-session')).toBeUndefined();
    expect(await stage.get(CONFIG_MAPS, shop, 'keyring-session-public')).toBeDefined();
  });

  clusterTest(
    'says what it may not do in a namespace that is named later, and goes on once it may do it everywhere',
    async () => {
      const late = await stage.namespace();
      const namespaces = [shop, late];
      await stage.api.patch(item(KEY_RINGS, home, 'session'), { spec: { consumers: { namespaces } } });
      await stage.rotation(home, 'held', { ringRef: { name: 'session' } });
      const stalled = await eventually('it says so', async () => {
        const { status } = (await stage.get<KeyRing>(KEY_RINGS, home, 'session')) ?? {};
        return status?.conditions?.find(({ type, status: value }) => type === 'Stalled' && value === 'True');
      });
      expect(stalled).toMatchObject({ reason: 'StorageFailed', message: expect.stringContaining(late) });
      await grantEverywhere(stage.api, granted);
      consumers.push(await ClusterConsumer.start(stage, home, 'late-1', 'holder', holderIn(late)));
      await stage.reaches(home, 'held', 'Complete');
      await settled();
      expect((await ask('all')).status?.acks?.text).toBe('3/3');
      expect(await stage.get(SECRETS, late, 'keyring-session-holder')).toBeDefined();
    },
  );
});
