import type { RingDocument } from '@keyturn/keyring/document';
import { type Intent, isRotationDue, refuseRotate, sameSettings } from '../planner/index.js';
import type { RunRecord } from '../records/index.js';
import type { RingPolicy } from './driver.js';
import { isOpen, isWorking, scheduleNotBefore } from './runs.js';

/** There is a policy, and no good one was ever read: the verifiers that it names are not known, so nothing is known of them. */
const ANYBODY_OUTSIDE = [{ name: 'named in a policy that cannot be read', cacheMs: Number.POSITIVE_INFINITY }];

/**
 * What is wanted of a ring now: what its open runs ask for, and its policy. A ring without a policy has no schedule;
 * `unreadable` = it has one, of which no good reading is known. Pure.
 */
export function intentOf(
  ring: RingDocument,
  runs: readonly RunRecord[],
  known: RingPolicy | 'unreadable' | undefined,
): Intent {
  const policy = known === 'unreadable' ? undefined : known;
  const working = runs.filter(isWorking);
  const rotation = working.find(({ kind }) => kind === 'rotate');
  const revocations = working.filter(({ kind }) => kind === 'revoke');
  const notBefore = scheduleNotBefore(runs, ring.settings.rotationIntervalMs);
  return {
    scheduleNotBefore: policy ? notBefore : Number.POSITIVE_INFINITY,
    ...(revocations.length > 0 && {
      revoke: {
        kids: revocations.flatMap(({ kids }) => kids),
        since: Math.min(...revocations.map(begunAt)),
        publishedUntil: Math.max(...revocations.map(publishedUntil)),
      },
    }),
    ...(rotation && { rotate: { replaces: rotation.replaces ?? null, since: begunAt(rotation) } }),
    ...(policy && {
      policy: { settings: policy.settings, ...(policy.issuer !== undefined && { issuer: policy.issuer }) },
      outside: policy.outside,
    }),
    ...(known === 'unreadable' && { outside: ANYBODY_OUTSIDE }),
  };
}

/** An issuer publishes a key until it has loaded the ring without it: the last process that refused, if that is known. */
const publishedUntil = (run: RunRecord): number =>
  Date.parse(run.emergency?.lastRefusedAt ?? run.emergency?.writtenAt ?? '') || begunAt(run);

const begunAt = (run: RunRecord): number => Date.parse(run.timeline[0]?.at ?? '') || 0;

/** Whether the schedule begins a run now: it is due by the policy as it is now, nothing else is open, and there is room. */
export const isScheduledRunDue = (
  ring: RingDocument,
  runs: readonly RunRecord[],
  policy: RingPolicy | undefined,
  now: number,
): boolean =>
  isRotationDue(ring, now) &&
  (!policy || sameSettings(policy.settings, ring.settings)) &&
  now >= scheduleNotBefore(runs, ring.settings.rotationIntervalMs) &&
  !runs.some(isOpen) &&
  refuseRotate(ring) === undefined;
