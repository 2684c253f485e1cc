import { describe, expect, it } from '@jest/globals';
import type { KeyRing, KeyRotation } from '../../src/kubernetes/driver/index.js';
import { SpamFilter } from '../../src/kubernetes/driver/events.js';
import { keyRingStatus, ringStatusOf } from '../../src/kubernetes/driver/keyring-status.js';
import { managementUrl, type Pod, podListing, stateOf } from '../../src/kubernetes/driver/pods.js';
import { requestsIn, requestsOf } from '../../src/kubernetes/driver/rotation-requests.js';
import { runOf, statusOf } from '../../src/kubernetes/driver/rotation-runs.js';
import type { RingStatus, RunRecord } from '../../src/records/index.js';

const T0 = '2030-01-01T00:00:00.000Z';
const T1 = '2030-01-01T00:00:05.250Z';

const rotation = (more: Partial<KeyRotation> & { name?: string } = {}): KeyRotation => ({
  metadata: { name: more.name ?? 'r1', creationTimestamp: '2030-01-01T00:00:05Z', generation: 1, ...more.metadata },
  spec: more.spec ?? { ringRef: { name: 'tokens' }, reason: 'Manual' },
  ...(more.status && { status: more.status }),
});

const run: RunRecord = {
  id: 'r1',
  ring: 'tokens',
  kind: 'rotate',
  reason: 'Manual',
  requestedBy: 'cli',
  phase: 'Waiting',
  replaces: 'k1',
  timeline: [
    { at: T0, event: 'Requested' },
    { at: T1, event: 'ReceiptsBehind', message: 'held' },
  ],
  acks: { current: 7, total: 8, workloads: [{ name: 'tasks', current: 7, total: 8 }] },
  waitingFor: [{ name: 'tasks-1', generation: 3, why: 'Behind' }],
  kids: ['k2'],
  provenBy: ['auth-1/boot'],
  unproven: [],
};

describe('a run as a KeyRotation', () => {
  it('comes back as it was, and is not written again when it says nothing new', () => {
    const status = statusOf(run, rotation());
    const stored = rotation({ status });
    expect(runOf(stored)).toEqual(run);
    expect(statusOf(run, stored)).toEqual(status);
    expect(status.acks).toEqual({ ...run.acks, text: '7/8' });
  });

  it('names a hundred of ten thousand processes, and does not change because of the rest', () => {
    const many = { ...run, provenBy: Array.from({ length: 10_000 }, (_, index) => `pod-${index}/boot`) };
    const status = statusOf(many, rotation());
    expect(status.provenBy).toHaveLength(100);
    expect(status.provenByMore).toBe(9_900);
    expect(statusOf(many, rotation({ status }))).toEqual(status);
  });

  it('has the conditions of a Job', () => {
    const conditionsOf = (phase: RunRecord['phase']) =>
      statusOf({ ...run, phase }, rotation()).conditions?.map(({ type, status }) => `${type}=${status}`);
    expect(conditionsOf('Running')).toEqual(['Complete=False', 'Failed=False']);
    expect(conditionsOf('Complete')).toEqual(['Complete=True', 'Failed=False']);
    expect(conditionsOf('Refused')).toEqual(['Complete=False', 'Failed=True']);
  });
});

describe('a KeyRotation as a request', () => {
  it('is one until the operator has taken it; then its abort is, until that is answered', () => {
    const { ringRef } = rotation().spec;
    expect(requestsOf(rotation())).toMatchObject([{ id: 'r1', kind: 'rotate', requestedBy: 'kubectl' }]);
    const aborted = { spec: { ringRef, abort: true as const } };
    expect(requestsOf(rotation(aborted)).map(({ kind }) => kind)).toEqual(['rotate', 'abort']);
    const taken = rotation({ ...aborted, status: { phase: 'Running' } });
    expect(requestsOf(taken)).toMatchObject([{ id: 'r1.abort', kind: 'abort', run: 'r1' }]);
    expect(requestsOf(rotation({ ...aborted, status: { phase: 'Aborted' } }))).toEqual([]);
    const answered = { phase: 'Complete', abort: { phase: 'Refused' as const, at: T0 } };
    expect(requestsOf(rotation({ ...aborted, status: answered }))).toEqual([]);
  });

  it('says what is asked for', () => {
    const ringRef = { name: 'tokens' };
    const asked = (spec: KeyRotation['spec']) => requestsOf(rotation({ spec }))[0];
    expect(asked({ ringRef, reason: 'Compromised', revoke: { keys: ['k1'] } })).toMatchObject({
      kind: 'revoke',
      keys: ['k1'],
    });
    expect(asked({ ringRef, reason: 'Compromised', revoke: { all: true } })).toMatchObject({ keys: 'all' });
    expect(asked({ ringRef, recover: true })).toMatchObject({ kind: 'recover' });
    expect(asked({ ringRef, retire: { key: 'k0' } })).toMatchObject({ kind: 'retire', kid: 'k0' });
    expect(asked({ ringRef, reason: 'Scheduled' })).toMatchObject({ kind: 'rotate', reason: 'Scheduled' });
  });

  it('believes a noted time of asking only if it is near the time at which the object was made', () => {
    const at = (noted: string): string | undefined =>
      requestsOf(
        rotation({
          metadata: {
            name: 'r1',
            creationTimestamp: '2030-01-01T00:00:05Z',
            annotations: { 'keyturn.dev/requested-at': noted },
          },
        }),
      )[0]?.requestedAt;
    expect(at(T1)).toBe(T1);
    expect(at('2029-01-01T00:00:00.000Z')).toBe('2030-01-01T00:00:05Z');
    expect(at('nonsense')).toBe('2030-01-01T00:00:05Z');
  });

  it('comes in the order of asking', () => {
    const later = rotation({ metadata: { name: 'a', creationTimestamp: '2030-01-01T00:00:09Z' } });
    expect(requestsIn([later, rotation()]).map(({ id }) => id)).toEqual(['r1', 'a']);
  });
});

describe('the status of a KeyRing', () => {
  const ring: RingStatus = {
    ring: 'tokens',
    ringId: 'id-1',
    type: 'SigningKey',
    algorithm: 'ES256',
    generation: 4,
    observedAt: T0,
    conditions: [{ type: 'Ready', status: 'True', reason: 'KeySigns', message: 'signs', lastTransitionTime: T0 }],
    activeKid: 'k1',
    keys: [{ kid: 'k1', state: 'active', since: 1, createdAt: T0 }],
    consumers: {
      total: 30,
      current: 5,
      processes: Array.from({ length: 30 }, (_, index) => ({
        name: `pod-${index}`,
        role: 'verifier' as const,
        generation: index < 5 ? 4 : 3,
        ...(index >= 5 && { why: 'Behind' as const }),
      })),
    },
    nextRotation: null,
    earliestActivation: T0,
    earliestRetirement: null,
  };

  it('counts everybody and names at most twenty', () => {
    const { consumers } = keyRingStatus(ring, undefined, 2);
    expect([consumers?.total, consumers?.current, consumers?.lagging.length]).toEqual([30, 5, 20]);
  });

  it('does not change while time goes by and nothing else happens', () => {
    const first = keyRingStatus(ring, undefined, 2);
    const later = { ...ring, observedAt: T1, earliestActivation: T1 };
    expect(keyRingStatus(later, first, 2)).toEqual(first);
  });

  it('is what the command line shows', () => {
    const status = keyRingStatus(ring, undefined, 2);
    const spec = { type: 'SigningKey', algorithm: 'ES256' };
    const shown = ringStatusOf({ metadata: { name: 'tokens' }, spec, status } as unknown as KeyRing, T1);
    const { processes } = ring.consumers;
    const lagging = { ...ring.consumers, processes: processes.slice(5, 25) };
    expect(shown).toEqual({ ...ring, observedAt: T1, consumers: lagging });
  });
});

describe('events about one object', () => {
  it('are told in a burst, then one in five minutes', () => {
    const filter = new SpamFilter();
    const allowed = (count: number, now: number) =>
      Array.from({ length: count }, () => filter.allows('run', now)).filter(Boolean).length;
    expect(allowed(100, 0)).toBe(25);
    expect(filter.allows('other', 0)).toBe(true);
    expect(allowed(10, 299_999)).toBe(0);
    expect(allowed(10, 300_000)).toBe(1);
    expect(allowed(10, 3_600_000)).toBe(11 - 1);
  });
});

describe('a pod as a consumer', () => {
  const pod = (status: Pod['status'], more: Partial<Pod> = {}): Pod => ({
    metadata: { name: 'tasks-1', namespace: 'shop', uid: 'u1', labels: { 'ring.keyturn.dev/tokens': 'verifier' } },
    ...more,
    ...(status && { status }),
  });

  it('runs, has run, or has never started', () => {
    const one = (more: object) => pod({ containerStatuses: [{ name: 'app', ...more }] });
    expect(stateOf(one({ state: { running: {} } }))).toBe('running');
    expect(stateOf(one({ state: { waiting: {} } }))).toBe('neverStarted');
    expect(stateOf(one({ state: { waiting: {} }, restartCount: 1 }))).toBe('notRunning');
    expect(stateOf(one({ state: { waiting: {} }, lastState: { terminated: {} } }))).toBe('notRunning');
    expect(stateOf(one({ state: { terminated: {} } }))).toBe('notRunning');
    expect(stateOf(pod(undefined))).toBe('neverStarted');
  });

  it('has started when a sidecar has, not when an init container has', () => {
    const status = { initContainerStatuses: [{ name: 'first', state: { terminated: {} } }] };
    expect(stateOf(pod(status, { spec: { initContainers: [{ name: 'first' }] } }))).toBe('neverStarted');
    const sidecar = { spec: { initContainers: [{ name: 'first', restartPolicy: 'Always' }] } };
    expect(stateOf(pod(status, sidecar))).toBe('notRunning');
  });

  it('is asked at its address, also an IPv6 one; without one nobody is asked', () => {
    expect(managementUrl('10.1.2.3')).toBe('http://10.1.2.3:9000');
    expect(new URL('/keyturn/v1/rings', managementUrl('fd00::7')).href).toBe('http://[fd00::7]:9000/keyturn/v1/rings');
    expect(URL.canParse(managementUrl(undefined))).toBe(true);
  });

  it('does not count when it has ended for good; while it is deleted it does', () => {
    expect(podListing('tokens', 'shop', pod({ phase: 'Succeeded' }))).toBeUndefined();
    expect(podListing('tokens', 'shop', pod({ phase: 'Failed' }))).toBeUndefined();
    const { metadata } = pod({});
    const going = pod({ phase: 'Running', podIP: '10.0.0.1' }, { metadata: { ...metadata, deletionTimestamp: T0 } });
    expect(podListing('tokens', 'shop', going)).toMatchObject({ name: 'tasks-1', podUid: 'u1', role: 'verifier' });
    expect(podListing('tokens', 'other', going)?.name).toBe('shop/tasks-1');
  });

  it('is one of its Deployment, or of whatever else controls it, for who counts', () => {
    const { metadata } = pod({});
    const owned = (kind: string, name: string, namespace = 'shop') => {
      const labels = { ...metadata.labels, 'pod-template-hash': '5d4f' };
      const ownerReferences = [{ kind, name, controller: true }];
      return podListing('tokens', namespace, pod({}, { metadata: { ...metadata, labels, ownerReferences } }))?.workload;
    };
    expect(owned('ReplicaSet', 'tasks-api-5d4f')).toBe('tasks-api');
    expect(owned('ReplicaSet', 'by-hand')).toBe('by-hand');
    expect(owned('StatefulSet', 'tasks', 'other')).toBe('shop/tasks');
    expect(podListing('tokens', 'shop', pod({}))?.workload).toBe('tasks-1');
  });

  it('is an error, not nobody, when its label says no role', () => {
    const { metadata } = pod({});
    const odd = pod({}, { metadata: { ...metadata, labels: { 'ring.keyturn.dev/tokens': 'yes' } } });
    expect(() => podListing('tokens', 'shop', odd)).toThrow(
      'Pod shop/tasks-1: label ring.keyturn.dev/tokens: must be issuer',
    );
  });
});
