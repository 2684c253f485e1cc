import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createApiClient } from '../../src/kubernetes/api/client.js';
import { Election, type ElectionEvent, type Term } from '../../src/kubernetes/api/election.js';
import { type Connection, item, LEASES, type Lease } from '../../src/kubernetes/api/index.js';
import { heldLease, type LeaseTimes, mayTake, sighted } from '../../src/kubernetes/api/lease.js';
import { eventually } from '../support/processes.js';
import { ClusterStage, clusterTest, hasCluster } from './support/cluster-stage.js';
import { ApiProxy } from './support/proxy.js';

jest.setTimeout(120_000);

/** As shipped, five times as fast. */
const TIMES: LeaseTimes = { leaseMs: 3_000, renewMs: 2_000, retryMs: 300 };
/** Nothing runs out while a test looks, however busy the machine is. */
const LONG: LeaseTimes = { leaseMs: 120_000, renewMs: 90_000, retryMs: 1_000 };

describe('a lease', () => {
  const lease = (holder: string, resourceVersion: string): Lease => {
    const made = heldLease('op', holder, TIMES, 0);
    return { ...made, metadata: { name: 'op', resourceVersion } };
  };

  it('is taken from its holder only when it was not renewed for its whole duration, by the own clock', () => {
    const seen = sighted(undefined, lease('a', '1'), 10_000);
    expect(mayTake(lease('a', '1'), 'b', seen, 12_999)).toBe(false);
    expect(mayTake(lease('a', '1'), 'b', sighted(seen, lease('a', '1'), 12_000), 13_000)).toBe(true);
    const renewed = sighted(seen, lease('a', '2'), 12_999);
    expect(mayTake(lease('a', '2'), 'b', renewed, 13_000)).toBe(false);
    expect(mayTake(lease('a', '1'), 'a', seen, 10_000)).toBe(true);
    expect(mayTake(lease('', '1'), 'b', seen, 10_000)).toBe(true);
  });

  it('ends for its holder before anybody else may take it', () => {
    expect(TIMES.renewMs + TIMES.retryMs).toBeLessThan(TIMES.leaseMs);
  });
});

interface Candidate {
  readonly name: string;
  readonly events: ElectionEvent['event'][];
  /** The events with their reasons, for a test that fails. */
  readonly told: string[];
  readonly stop: AbortController;
  readonly done: Promise<void>;
  term: Term | undefined;
  terms: number;
}

let stage: ClusterStage;
let namespace: string;
const candidates: Candidate[] = [];
const proxies: ApiProxy[] = [];

beforeAll(async () => {
  if (hasCluster) stage = await ClusterStage.open();
});
afterAll(() => stage?.close());
beforeEach(async () => {
  if (hasCluster) namespace = await stage.namespace();
});
afterEach(async () => {
  for (const { stop, done } of candidates.splice(0)) {
    stop.abort();
    await done;
  }
  for (const proxy of proxies.splice(0)) await proxy.stop();
});

interface Standing {
  readonly times?: LeaseTimes;
  readonly monotonic?: () => number;
}

function stand(name: string, connection: Connection, { times = TIMES, monotonic }: Standing = {}): Candidate {
  const stop = new AbortController();
  const events: ElectionEvent['event'][] = [];
  const api = createApiClient({ connection });
  const told: string[] = [];
  const observe = (event: ElectionEvent): void => {
    events.push(event.event);
    told.push(`${event.event} ${'why' in event ? event.why : 'error' in event ? String(event.error) : ''}`);
  };
  const election = new Election({
    api,
    namespace,
    name: 'op',
    identity: name,
    times,
    observe,
    ...(monotonic && { monotonic }),
  });
  const lead = (term: Term): Promise<void> => {
    candidate.term = term;
    candidate.terms += 1;
    return new Promise((resolve) => term.signal.addEventListener('abort', () => resolve(), { once: true }));
  };
  const candidate: Candidate = { name, told, events, stop, done: Promise.resolve(), term: undefined, terms: 0 };
  Object.assign(candidate, { done: election.run(lead, stop.signal) });
  candidates.push(candidate);
  return candidate;
}

const leads = (candidate: Candidate): boolean => candidate.term !== undefined && !candidate.term.signal.aborted;

describe('an election', () => {
  clusterTest('has one leader at any time, and the next one as soon as it leaves', async () => {
    const all = ['a', 'b', 'c'].map((name) => stand(name, stage.connection, { times: LONG }));
    await eventually('one leads', () => all.some(leads));
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(all.filter(leads)).toHaveLength(1);
    const [first] = all.filter(leads);
    first?.stop.abort();
    // Long before the lease would have run out.
    await eventually('another leads', () => all.some((one) => one !== first && leads(one)), 60_000);
    expect(all.filter(leads)).toHaveLength(1);
  });

  clusterTest('gives its lease up though a renewal is under way, of which it never hears', async () => {
    const proxy = await ApiProxy.start(stage.connection);
    proxies.push(proxy);
    const leader = stand('leader', proxy.connection(), { times: LONG });
    await eventually('it leads', () => leads(leader));
    const other = stand('other', stage.connection, { times: LONG });
    await eventually('the other one waits', () => other.events.includes('not-leading'));
    let muted = 0;
    proxy.fate = (method) => (method === 'PUT' && muted++ < 1 ? 'mute' : 'pass');
    const renewed = proxy.seen.length;
    await eventually('a renewal is written', () => muted > 0 && proxy.seen.length > renewed);
    leader.stop.abort();
    await eventually('the other one leads', () => leads(other), 60_000);
  });

  clusterTest('ends a term that cannot be renewed before another begins', async () => {
    const proxy = await ApiProxy.start(stage.connection);
    proxies.push(proxy);
    const cut = stand('cut', proxy.connection());
    await eventually('it leads', () => leads(cut));
    const other = stand('other', stage.connection);
    await eventually('the other one waits', () => other.events.includes('not-leading'));
    let endedAt = Number.NaN;
    cut.term?.signal.addEventListener('abort', () => (endedAt = performance.now()));
    proxy.fate = () => 'hang';
    await eventually('the other one leads', () => leads(other));
    const takenAt = performance.now();
    expect(leads(cut)).toBe(false);
    expect(endedAt).toBeLessThan(takenAt);
    expect(cut.events).toContain('lost');
    expect(() => cut.term?.fence()).toThrow('does not lead any more');
  });

  clusterTest('lets no write out of a process that slept, not even before its timers fire', async () => {
    let asleepMs = 0;
    const sleeper = stand('sleeper', stage.connection, { monotonic: () => performance.now() + asleepMs });
    await eventually('it leads', () => leads(sleeper));
    const { term } = sleeper;
    expect(() => term?.fence()).not.toThrow();
    asleepMs = 60_000;
    expect(() => term?.fence()).toThrow('does not lead any more');
    expect(term?.signal.aborted).toBe(true);
  });

  clusterTest('goes on when an answer to a renewal was lost, and when somebody edits the lease', async () => {
    const proxy = await ApiProxy.start(stage.connection);
    proxies.push(proxy);
    const leader = stand('leader', proxy.connection(), { times: LONG });
    await eventually('it leads', () => leads(leader));
    let dropped = 0;
    proxy.fate = (method) => (method === 'PUT' && dropped++ < 1 ? 'drop' : 'pass');
    await eventually('an answer was lost', () => dropped > 1);
    await stage.api.patch(item(LEASES, namespace, 'op'), { metadata: { labels: { edited: 'yes' } } });
    const renewals = (): number => proxy.seen.filter(({ method, status }) => method === 'PUT' && status === 200).length;
    const before = renewals();
    await eventually('it is renewed again and again', () => renewals() > before + 2);
    expect(leads(leader)).toBe(true);
    expect(leader.told.filter((event) => event.startsWith('lost'))).toEqual([]);
    expect(leader.terms).toBe(1);
  });

  clusterTest('is lost at once when the lease names another holder', async () => {
    const leader = stand('leader', stage.connection, { times: LONG });
    await eventually('it leads', () => leads(leader));
    await stage.api.patch(item(LEASES, namespace, 'op'), { spec: { holderIdentity: 'somebody' } });
    await eventually('it has stopped', () => !leads(leader));
  });
});
