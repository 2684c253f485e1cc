import type { KeySummary, RingSummary } from './ring-summary.js';
import type { RotationRequest } from './rotation-request.js';
import type { RunSummary } from './run-summary.js';

/** KeyRings and KeyRotations (`keyturn.dev/v1alpha1`), as far as administrators use them. Pure. */

interface Metadata {
  readonly name: string;
  readonly creationTimestamp?: string;
}

export interface KeyRing {
  readonly metadata: Metadata;
  readonly spec: Pick<RingSummary, 'type' | 'algorithm'>;
  readonly status?: Partial<Pick<RingSummary, 'generation' | 'conditions' | 'consumers'>> & {
    readonly keys?: readonly KeySummary[];
    readonly nextRotation?: string;
    readonly currentRun?: string;
    readonly queuedRun?: string;
  };
}

export interface KeyRotation {
  readonly metadata: Metadata;
  readonly spec: {
    readonly ringRef: { readonly name: string };
    readonly revoke?: object;
    readonly retire?: object;
    readonly recover?: true;
  };
  readonly status?: Partial<Pick<RunSummary, 'phase' | 'timeline' | 'acks' | 'waitingFor' | 'refused'>>;
}

/** What the operator says about a ring; of one that it has not looked at yet there are no keys. */
export const keyRingSummary = ({ metadata, spec, status = {} }: KeyRing): RingSummary => {
  const { generation = 0, keys = [], conditions, consumers, nextRotation, currentRun, queuedRun } = status;
  return {
    ring: metadata.name,
    type: spec.type,
    algorithm: spec.algorithm,
    generation,
    keys: keys.map(({ kid, state, createdAt, activatedAt, drainUntil }) => ({
      kid,
      state,
      createdAt,
      ...(activatedAt !== undefined && { activatedAt }),
      ...(drainUntil !== undefined && { drainUntil }),
    })),
    ...(conditions && { conditions }),
    ...(consumers && { consumers }),
    ...(nextRotation !== undefined && { nextRotation }),
    ...(currentRun !== undefined && { currentRun }),
    ...(queuedRun !== undefined && { queuedRun }),
  };
};

/** A request as the object that asks for it; the operator takes who asked, and when, from its annotations. */
export const keyRotationOf = (request: Exclude<RotationRequest, { kind: 'abort' }>, namespace: string): object => ({
  apiVersion: 'keyturn.dev/v1alpha1',
  kind: 'KeyRotation',
  metadata: {
    name: request.id,
    namespace,
    annotations: {
      'keyturn.dev/requested-at': request.requestedAt,
      'keyturn.dev/requested-by': request.requestedBy,
    },
  },
  spec: {
    ringRef: { name: request.ring },
    ...(request.kind === 'revoke' && {
      reason: 'Compromised',
      revoke: request.keys === 'all' ? { all: true } : { keys: request.keys },
    }),
  },
});

const WORKING = ['Running', 'Waiting'];
/** Undefined = the operator has not taken it yet. */
const WAITING: readonly (string | undefined)[] = ['Queued', undefined];

/** The rotation that an abort is about: the one that works, else the oldest that waits. */
export const rotationToAbort = (rotations: readonly KeyRotation[], ring: string): KeyRotation | undefined => {
  const own = rotations
    .filter(({ spec }) => spec.ringRef.name === ring && !spec.revoke && !spec.retire && !spec.recover)
    .sort((a, b) => ((a.metadata.creationTimestamp ?? '') < (b.metadata.creationTimestamp ?? '') ? -1 : 1));
  return (
    own.find(({ status }) => WORKING.includes(status?.phase ?? '')) ??
    own.find(({ status }) => WAITING.includes(status?.phase))
  );
};
