import type { KubeObject } from './objects.js';

/** `coordination.k8s.io/v1` Lease, and the pure questions about it. */
export interface Lease extends KubeObject {
  readonly spec?: {
    readonly holderIdentity?: string | null;
    readonly leaseDurationSeconds?: number;
    readonly acquireTime?: string | null;
    readonly renewTime?: string | null;
    readonly leaseTransitions?: number;
  };
}

/**
 * The times of an election, milliseconds. A leader that could not renew for `renewMs` stops by itself; others take over
 * after `leaseMs`. The difference is what clocks and scheduling may be wrong by.
 */
export interface LeaseTimes {
  readonly leaseMs: number;
  readonly renewMs: number;
  readonly retryMs: number;
}

export const LEASE_TIMES: LeaseTimes = { leaseMs: 15_000, renewMs: 10_000, retryMs: 2_000 };

/** What was last seen of the lease, by the own monotonic clock: the holder's wall clock is not believed. */
export interface Sighting {
  readonly resourceVersion: string | undefined;
  readonly at: number;
}

export const sighted = (before: Sighting | undefined, lease: Lease, now: number): Sighting =>
  before && before.resourceVersion === lease.metadata.resourceVersion
    ? before
    : { resourceVersion: lease.metadata.resourceVersion, at: now };

/** Whether `identity` may take a lease: it is its own, nobody's, or has not been renewed for its whole duration. */
export function mayTake(lease: Lease, identity: string, seen: Sighting, now: number): boolean {
  const { holderIdentity, leaseDurationSeconds } = lease.spec ?? {};
  if (!holderIdentity || holderIdentity === identity) return true;
  return now - seen.at >= (leaseDurationSeconds ?? 0) * 1000;
}

/** MicroTime has six digits. */
const microTime = (ms: number): string => new Date(ms).toISOString().replace('Z', '000Z');

/** The lease as its holder writes it; without `before` it is new. `wallMs` is for people who look at it. */
export function heldLease(
  name: string,
  identity: string,
  { leaseMs }: LeaseTimes,
  wallMs: number,
  before?: Lease,
): Lease {
  const mine = before?.spec?.holderIdentity === identity;
  const time = microTime(wallMs);
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: before?.metadata ?? { name },
    spec: {
      holderIdentity: identity,
      leaseDurationSeconds: Math.max(1, Math.ceil(leaseMs / 1000)),
      acquireTime: (mine && before?.spec?.acquireTime) || time,
      renewTime: time,
      leaseTransitions: before ? (before.spec?.leaseTransitions ?? 0) + (mine ? 0 : 1) : 0,
    },
  };
}

/** Given up: whoever looks next takes it at once. */
export const releasedLease = (lease: Lease, wallMs: number): Lease => ({
  ...lease,
  spec: { ...lease.spec, holderIdentity: '', leaseDurationSeconds: 1, renewTime: microTime(wallMs) },
});
