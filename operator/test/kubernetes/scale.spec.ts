import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Fleet, type FleetPod } from '../../scale/src/fleet.js';
import { loopbackAddress, simulatedPods } from '../../scale/src/pod.js';
import { provenStandby, rotate } from '../../scale/src/rotation.js';
import { makeRing, writePods } from '../../scale/src/stage.js';
import type { KeyRotation } from '../../src/kubernetes/driver/index.js';
import { KEY_ROTATIONS } from '../../src/kubernetes/api/index.js';
import { ClusterStage, clusterTest, hasCluster } from './support/cluster-stage.js';
import { Replica } from './support/operators.js';

jest.setTimeout(240_000);

const RING = 'tokens';

let stage: ClusterStage;
let fleet: Fleet | undefined;
let replica: Replica | undefined;

beforeAll(async () => {
  if (hasCluster) stage = await ClusterStage.open();
});
afterAll(() => stage?.close());
afterEach(async () => {
  await replica?.stop();
  await fleet?.stop();
});

/** One rotation with so many pods in two namespaces, and the calls that the operator made for it. */
async function rotation(count: number) {
  const namespaces = [await stage.namespace(), await stage.namespace()];
  const [namespace = ''] = namespaces;
  const simulated = simulatedPods({ workloads: count / 5, pods: count, namespaces });
  const pods: FleetPod[] = await writePods(stage.api, RING, simulated);
  await makeRing(stage.api, RING, namespaces);
  replica = await Replica.start(stage.connection, namespace);
  fleet = await Fleet.start(pods, { ring: RING, documents: replica.url, each: false });
  const operated = { api: stage.api, namespace, ring: RING, pid: process.pid, metricsUrl: `${replica.url}/metrics` };
  await provenStandby(operated, count);
  const measured = await rotate(operated, 'one', count);
  const run = await stage.get<KeyRotation>(KEY_ROTATIONS, namespace, 'one');
  await replica.stop();
  await fleet.stop();
  return { measured, run };
}

describe('an operator with many pods', () => {
  clusterTest('rotates with all of them, and writes no more for five times as many', async () => {
    const [few, many] = [await rotation(40), await rotation(200)];
    expect([few.measured.acknowledged, many.measured.acknowledged]).toEqual(['40/40', '200/200']);
    const stored = ({ measured }: typeof few) => measured.writes.filter(([call]) => /secrets|configmaps/.test(call));
    // One step activates, one proves the next standby: the truth and two projections each.
    expect(stored(many)).toEqual([
      ['PUT configmaps', 4],
      ['PUT secrets', 2],
    ]);
    expect(stored(few)).toEqual(stored(many));
    const all = ({ measured }: typeof few) => measured.writes.reduce((sum, [, count]) => sum + count, 0);
    expect(all(many)).toBeLessThanOrEqual(40);
    expect(many.run?.status?.provenBy).toHaveLength(100);
    expect(many.run?.status).toMatchObject({ provenByMore: 100 });
  });

  it('has an address for each of ten thousand', () => {
    const addresses = Array.from({ length: 10_000 }, (_, index) => loopbackAddress(index, 4711));
    expect(new Set(addresses).size).toBe(10_000);
    for (const address of addresses)
      expect(address).toMatch(/^127\.121\.([0-9]|[1-3][0-9])\.([1-9]|[1-9]\d|1\d\d|2[0-4]\d|250)$/);
  });
});
