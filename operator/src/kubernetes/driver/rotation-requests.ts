import type { RotationRequest } from '../../records/index.js';
import { type KeyRotation, REQUESTED_AT, REQUESTED_BY } from './resources.js';

/** KeyRotations that the operator has not answered yet, as requests. Pure. */

/** Kubernetes keeps whole seconds, so a time that was noted by whoever asked may be that much off, and no more. */
const NOTED_WITHIN_MS = 2_000;

function requestedAt({ metadata }: KeyRotation): string {
  const created = metadata.creationTimestamp ?? new Date(0).toISOString();
  const noted = Date.parse(metadata.annotations?.[REQUESTED_AT] ?? '');
  return Math.abs(noted - Date.parse(created)) <= NOTED_WITHIN_MS ? new Date(noted).toISOString() : created;
}

const begun = (rotation: KeyRotation) => ({
  id: rotation.metadata.name,
  ring: rotation.spec.ringRef.name,
  requestedAt: requestedAt(rotation),
  requestedBy: rotation.metadata.annotations?.[REQUESTED_BY] ?? 'kubectl',
});

export const abortId = (name: string): string => `${name}.abort`;

function asked(rotation: KeyRotation): RotationRequest {
  const { reason, revoke, retire, recover } = rotation.spec;
  const about = begun(rotation);
  if (revoke) return { ...about, kind: 'revoke', keys: revoke.keys ?? 'all' };
  if (retire) return { ...about, kind: 'retire', kid: retire.key };
  if (recover) return { ...about, kind: 'recover' };
  return { ...about, kind: 'rotate', ...(reason === 'Scheduled' && { reason }) };
}

/** Its request, until it has a phase; then its abort, until that is answered. */
export function requestsOf(rotation: KeyRotation): RotationRequest[] {
  const { spec, status, metadata } = rotation;
  if (metadata.deletionTimestamp) return [];
  const taken = status?.phase !== undefined;
  // An operator that ended between aborting the run and saying so: the run says it.
  const abortAnswered = status?.abort !== undefined || status?.phase === 'Aborted';
  const abort: RotationRequest[] =
    spec.abort && !abortAnswered
      ? [{ ...begun(rotation), id: abortId(metadata.name), kind: 'abort', run: metadata.name }]
      : [];
  return taken ? abort : [asked(rotation), ...abort];
}

/** Oldest first. */
export const requestsIn = (rotations: readonly KeyRotation[]): RotationRequest[] =>
  rotations
    .flatMap(requestsOf)
    .sort((a, b) => (a.requestedAt === b.requestedAt ? compare(a.id, b.id) : compare(a.requestedAt, b.requestedAt)));

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
