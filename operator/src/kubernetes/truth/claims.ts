import type { KubeObject } from '../api/index.js';
import { GENERATION, MANAGED_BY, ORIGIN, RING, RING_ID } from './names.js';

/** An object of the name that a ring needs belongs to somebody else. Names the object and the rule. */
export class ForeignObjectError extends Error {
  override readonly name = 'ForeignObjectError';
  readonly code = 'ERR_FOREIGN_OBJECT';
}

export interface Claim {
  readonly ring: string;
  readonly ringId: string;
  /** Namespace of the truth. */
  readonly origin: string;
}

/** What an object of a ring says about itself. */
export const claimLabels = ({ ring, ringId, origin }: Claim): Record<string, string> => ({
  ...MANAGED_BY,
  [RING]: ring,
  [RING_ID]: ringId,
  [ORIGIN]: origin,
});

const where = (kind: string, { metadata }: KubeObject): string => `${kind} ${metadata.namespace}/${metadata.name}`;

/** Throws ForeignObjectError unless the object belongs to a ring of this name, whose truth is in this namespace. */
export function requireOwn(kind: string, object: KubeObject, { ring, origin }: Omit<Claim, 'ringId'>): string {
  const labels = object.metadata.labels ?? {};
  const ringId = labels[RING_ID];
  const rename = 'it is never overwritten; remove it or give the ring another name';
  if (ringId === undefined) {
    throw new ForeignObjectError(
      `${where(kind, object)}: the label ${RING_ID} is missing, so it is of somebody else; ${rename}`,
    );
  }
  if (labels[RING] !== ring || labels[ORIGIN] !== origin) {
    const owner = `ring ${labels[RING] ?? 'unknown'} of namespace ${labels[ORIGIN] ?? 'unknown'}`;
    throw new ForeignObjectError(`${where(kind, object)}: it belongs to ${owner}; ${rename}`);
  }
  return ringId;
}

/** Throws ForeignObjectError unless the object belongs to exactly this ring. */
export function requireClaim(kind: string, object: KubeObject, claim: Claim): void {
  if (requireOwn(kind, object, claim) === claim.ringId) return;
  throw new ForeignObjectError(
    `${where(kind, object)}: it belongs to another ring of the same name (label ${RING_ID}); it is never overwritten. If that ring is gone for good, remove the object`,
  );
}

/** The generation that an object says it has; 0 when it does not say. */
export const stampOf = ({ metadata }: KubeObject): number => {
  const stamp = Number(metadata.annotations?.[GENERATION]);
  return Number.isSafeInteger(stamp) && stamp > 0 ? stamp : 0;
};
