import { afterAll, beforeAll, describe, expect, jest } from '@jest/globals';
import { activeKey, keysIn, type RingDocument } from '@keyturn/keyring/document';
import { CUSTOM_RESOURCES, isApiError, item, KEY_RINGS } from '../../src/kubernetes/api/index.js';
import { checksumOfDefinition } from '../../src/kubernetes/crd/apply.js';
import {
  CHECKSUM,
  type CustomResourceDefinition,
  DEFINITIONS,
  REVISION,
  REVISION_ANNOTATION,
} from '../../src/kubernetes/crd/index.js';
import type { KeyRing } from '../../src/kubernetes/driver/index.js';
import { eventually } from '../support/processes.js';
import { ClusterConsumer } from './support/cluster-consumer.js';
import { ClusterStage, clusterTest, hasCluster, RING_SPEC } from './support/cluster-stage.js';
import { keyturnIn, Replica } from './support/operators.js';

jest.setTimeout(180_000);

/** A field that the older release did not have yet. */
const FIELD = 'stalledAfter';
const NAME = 'keyrings.keyturn.dev';

let stage: ClusterStage;
let namespace: string;
let operator: Replica;
let issuer: ClusterConsumer;

beforeAll(async () => {
  if (!hasCluster) return;
  stage = await ClusterStage.open();
  namespace = await stage.namespace();
});
afterAll(async () => {
  await operator?.stop();
  await issuer?.stop();
  await stage?.close();
});

/** The definition of KeyRings as a release before this one had it. */
function olderDefinition(): CustomResourceDefinition {
  const found = DEFINITIONS.find(({ metadata }) => metadata.name === NAME);
  const { spec, ...rest } = structuredClone(found) as CustomResourceDefinition;
  const [version] = (spec as { versions: { schema: { openAPIV3Schema: { properties: Record<string, object> } } }[] })
    .versions;
  const fields = version?.schema.openAPIV3Schema.properties['spec'] as { properties: Record<string, object> };
  if (!fields.properties[FIELD]) throw new Error(`there is no field ${FIELD}`);
  delete fields.properties[FIELD];
  const annotations = { [REVISION_ANNOTATION]: String(REVISION - 1), [CHECKSUM]: checksumOfDefinition({ spec }) };
  return { ...rest, metadata: { name: NAME, annotations }, spec };
}

/** While an API server changes over to another definition it answers 503 for a moment. */
const changingOver = <T>(work: () => Promise<T>): Promise<T> =>
  eventually('the API server has changed over', () =>
    work().catch((error: unknown) => {
      if (isApiError(error) && error.detail.status === 503) return undefined;
      throw error;
    }),
  );

async function applyOlder(): Promise<void> {
  const path = item(CUSTOM_RESOURCES, undefined, NAME);
  const [found, older] = [await stage.api.get(path), olderDefinition()];
  await stage.api.replace(path, { ...older, metadata: { ...found?.metadata, ...older.metadata } });
  const elsewhere = await stage.namespace();
  let probes = 0;
  await eventually('the older definition is served', async () => {
    const probe = await changingOver(() =>
      stage.keyRing(elsewhere, `probe-${++probes}`, { ...RING_SPEC, [FIELD]: '7m' }),
    );
    return !(FIELD in probe.spec);
  });
}

const keyRing = async (): Promise<KeyRing> => {
  const found = await changingOver(() => stage.get<KeyRing>(KEY_RINGS, namespace, 'tokens'));
  if (!found) throw new Error('there is no KeyRing');
  return found;
};
const truth = (): Promise<RingDocument | undefined> => stage.truth(namespace).read('tokens');
const setField = (): Promise<KeyRing> =>
  changingOver(() => stage.api.patch<KeyRing>(item(KEY_RINGS, namespace, 'tokens'), { spec: { [FIELD]: '7m' } }));

describe('an upgrade across a change of the custom resources', () => {
  clusterTest('takes the new field, keeps the ring, its status and its keys, and goes on rotating', async () => {
    await applyOlder();
    operator = await Replica.start(stage.connection, namespace);
    issuer = await ClusterConsumer.start(stage, namespace, 'auth-1', 'issuer');
    await stage.keyRing(namespace, 'tokens');
    expect((await setField()).spec).not.toHaveProperty(FIELD);
    const before = await eventually(
      'the ring has its status',
      async () => {
        const [found, ring] = [await keyRing(), await truth()];
        const proven = keysIn(ring?.keys ?? [], 'pending').some(({ provenAt }) => provenAt);
        const { generation, consumers } = found.status ?? {};
        if (!proven || !ring || generation !== ring.generation || consumers?.current !== 1) return undefined;
        return { ...found, ring };
      },
      30_000,
    );
    const applied = await keyturnIn(stage, namespace, ['crds', '--apply']);
    expect(applied.stdout).toBe(`${NAME}: updated\nkeyrotations.keyturn.dev: current\n`);
    const { metadata, status } = await keyRing();
    expect(metadata.uid).toBe(before.metadata.uid);
    expect(status).toEqual(before.status);
    expect(await truth()).toEqual(before.ring);
    await eventually('the field is accepted', async () => FIELD in (await setField()).spec);
    // An upgrade replaces the operator, too: a watch from before the change goes on without the field until it is listed anew.
    await operator.stop();
    operator = await Replica.start(stage.connection, namespace);
    await eventually('the ring has it', async () => (await truth())?.settings.stalledAfterMs === 420_000);
    await stage.rotation(namespace, 'after');
    const run = await stage.reaches(namespace, 'after', 'Complete');
    const ring = await truth();
    expect(run.status).toMatchObject({ replaces: before.status?.activeKid, acks: { text: '1/1' } });
    expect(activeKey(ring?.keys ?? [])?.kid).toBe(keysIn(before.ring.keys, 'pending')[0]?.kid);
    expect(ring?.ringId).toBe(before.ring.ringId);
    expect(operator.failed).toBeUndefined();
  });
});
