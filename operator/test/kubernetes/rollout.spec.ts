import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { activeKey, keysIn, type RingDocument } from '@keyturn/keyring/document';
import { collection, item, KEY_ROTATIONS, PODS } from '../../src/kubernetes/api/index.js';
import type { KeyRotation, Pod } from '../../src/kubernetes/driver/index.js';
import { checksumAnnotation, workloadResource } from '../../src/kubernetes/rollout/index.js';
import { checksumOf, selectorOf } from '../../src/kubernetes/rollout/workload.js';
import { eventually } from '../support/processes.js';
import { ClusterStage, clusterTest, hasCluster, RING_SPEC } from './support/cluster-stage.js';
import { setPodStatus } from './support/cluster-consumer.js';
import { Replica } from './support/operators.js';

jest.setTimeout(180_000);

const ANNOTATION = checksumAnnotation('tokens');
const LABELS = { app: 'legacy' };
/** What tells its pods from those of another workload of the same name. */
const OF_THE_SECOND = { key: 'track', operator: 'NotIn', values: ['first'] };

let stage: ClusterStage;
let namespace: string;
let operator: Replica;
/** Whether the pods of the workload get ready. */
let kubeletWorks = true;
let kubelet: NodeJS.Timeout | undefined;

beforeAll(async () => {
  if (!hasCluster) return;
  stage = await ClusterStage.open();
  namespace = await stage.namespace();
  const pod = { metadata: { labels: LABELS }, spec: { containers: [{ name: 'app', image: 'app' }] } };
  await stage.api.create(collection(workloadResource('Deployment'), namespace), {
    metadata: { name: 'legacy' },
    spec: { replicas: 2, selector: { matchLabels: LABELS, matchExpressions: [OF_THE_SECOND] }, template: pod },
  });
  kubelet = setInterval(() => void makeReady().catch(() => undefined), 200);
  const workloads = [
    { kind: 'Deployment', name: 'legacy', proof: 'Rollout' },
    { kind: 'External', name: 'partner', proof: 'MaxAge', after: '500ms' },
  ];
  await stage.keyRing(namespace, 'tokens', { ...RING_SPEC, consumers: { workloads } });
  operator = await Replica.start(stage.connection, namespace);
});
afterAll(async () => {
  clearInterval(kubelet);
  await operator?.stop();
  await stage?.close();
});

async function pods(): Promise<Pod[]> {
  const found: Pod[] = [];
  const query = { labelSelector: 'app=legacy' };
  for await (const { items } of stage.api.list<Pod>(collection(PODS, namespace), { query })) found.push(...items);
  return found;
}

async function makeReady(): Promise<void> {
  if (!kubeletWorks) return;
  for (const pod of await pods()) {
    if (pod.status?.phase === 'Running' || pod.metadata.deletionTimestamp) continue;
    const conditions = ['Ready', 'ContainersReady'].map((type) => ({ type, status: 'True' }));
    await setPodStatus(stage, pod, { phase: 'Running', conditions });
  }
}

const truth = async (): Promise<RingDocument | undefined> => stage.truth(namespace).read('tokens');
const proven = (): Promise<unknown> =>
  eventually(
    'the standby is proven',
    async () => keysIn((await truth())?.keys ?? [], 'pending').some(({ provenAt }) => provenAt),
    60_000,
  );

describe('what a process that reads the ring once has to know', () => {
  it('changes with what signs and what leaked, not with what drains away', () => {
    const key = (kid: string, state: string) => ({ kid, state, since: 1, createdAt: 0, longestLifetimeMs: 0 });
    const ring = (...keys: object[]): RingDocument => ({ ringId: 'id', keys }) as unknown as RingDocument;
    const active = checksumOf(ring(key('a', 'active'), key('b', 'pending')));
    expect(checksumOf(ring(key('a', 'draining'), key('b', 'active')))).not.toBe(active);
    expect(checksumOf(ring(key('z', 'draining'), key('a', 'active'), key('b', 'pending')))).toBe(active);
    expect(checksumOf(ring(key('z', 'retired'), key('a', 'active'), key('b', 'pending')))).toBe(active);
    const leaked = checksumOf(ring(key('z', 'compromised'), key('a', 'active'), key('b', 'pending')));
    expect(leaked).not.toBe(active);
    expect(checksumOf(ring(key('z', 'revoked'), key('a', 'active'), key('b', 'pending')))).toBe(leaked);
  });
});

describe('the pods of a workload', () => {
  const workload = (selector: object) => ({ metadata: { name: 'legacy' }, spec: { selector } });

  it('are those of its labels and its expressions together', () => {
    const matchExpressions = [
      { key: 'tier', operator: 'In', values: ['a', 'b'] },
      OF_THE_SECOND,
      { key: 'kept', operator: 'Exists' },
      { key: 'canary', operator: 'DoesNotExist' },
    ];
    const all = 'app=legacy,tier in (a,b),track notin (first),kept,!canary';
    expect(selectorOf(workload({ matchLabels: LABELS, matchExpressions }))).toBe(all);
  });

  it('are never all pods that there are, nor those of an expression that is left out', () => {
    expect(() => selectorOf(workload({}))).toThrow('legacy: spec.selector: must not be empty');
    const newer = { key: 'x', operator: 'Gt', values: ['1'] };
    expect(() => selectorOf(workload({ matchLabels: LABELS, matchExpressions: [newer] }))).toThrow('one of In, NotIn');
  });
});

describe('a workload that reads the ring when it starts', () => {
  clusterTest('takes part by rollouts: a key is proven when every pod has started with it', async () => {
    // It has the same label, and never heard of the ring.
    const other = { name: 'other', labels: { ...LABELS, track: 'first' } };
    const spec = { containers: [{ name: 'app', image: 'app' }] };
    await stage.api.create(collection(PODS, namespace), { metadata: other, spec });
    await stage.rotation(namespace, 'beside');
    await stage.reaches(namespace, 'beside', 'Complete');
    await proven();
    await stage.api.remove(item(PODS, namespace, 'other'));
    const checksum = checksumOf((await truth()) as RingDocument);
    for (const { metadata } of await pods()) expect(metadata.annotations?.[ANNOTATION]).toBe(checksum);
    const before = activeKey((await truth())?.keys ?? [])?.kid;
    await stage.rotation(namespace, 'rolled');
    const run = await stage.reaches(namespace, 'rolled', 'Complete');
    expect(activeKey((await truth())?.keys ?? [])?.kid).not.toBe(before);
    expect(run.status?.unproven).toEqual(['External/partner']);
  });

  clusterTest('holds a rotation while its pods do not get ready, and is named', async () => {
    await proven();
    kubeletWorks = false;
    await stage.rotation(namespace, 'stuck', { reason: 'Manual' });
    await stage.reaches(namespace, 'stuck', 'Complete');
    await stage.rotation(namespace, 'held');
    const waiting = await eventually('the run waits', async () => {
      const found = await stage.get<KeyRotation>(KEY_ROTATIONS, namespace, 'held');
      return found?.status?.waitingFor?.length ? found : undefined;
    });
    expect(waiting.status?.waitingFor).toMatchObject([{ name: 'Deployment/legacy' }]);
    kubeletWorks = true;
    await stage.reaches(namespace, 'held', 'Complete');
  });

  clusterTest('is waited for while it does not exist', async () => {
    await proven();
    await stage.api.remove(item(workloadResource('Deployment'), namespace, 'legacy'));
    await stage.rotation(namespace, 'first');
    const waiting = await eventually('the run waits', async () => {
      const found = await stage.get<KeyRotation>(KEY_ROTATIONS, namespace, 'first');
      return found?.status?.waitingFor?.length ? found : undefined;
    });
    expect(waiting.status?.waitingFor).toMatchObject([{ name: 'Deployment/legacy', why: 'NotAnswering' }]);
  });
});
