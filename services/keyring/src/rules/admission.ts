import type { AnyRingDocument } from '../document/document.js';

export type RefusalReason =
  /** A document of a ring with another name. */
  | 'other-ring'
  /** The name is right, the identity is not: another ring took the name. */
  | 'ring-id-changed'
  /** Below what this pod has promised never to fall under. */
  | 'below-own-file'
  /** Older than what is loaded: a channel that lags. */
  | 'older'
  /** The loaded generation with other keys: two histories. */
  | 'contradicts'
  /** Public, where the role needs the key material. */
  | 'lacks-material';

export type Admission = 'load' | 'same' | RefusalReason;

export interface Standing {
  readonly ring: string;
  readonly needsMaterial: boolean;
  /** Unknown until the first document of a fresh pod. */
  readonly ringId?: string;
  /** No document below it is loaded. */
  readonly floor: number;
  readonly loaded?: AnyRingDocument;
}

const states = ({ keys }: AnyRingDocument): string =>
  keys
    .map(({ kid, state }) => `${kid} ${state}`)
    .sort()
    .join('\n');

/** P2: may this document be loaded? The loaded generation never goes down and the ring never changes its identity. */
export const admit = (document: AnyRingDocument, standing: Standing): Admission => {
  const { ring, ringId, floor, loaded, needsMaterial } = standing;
  if (document.ring !== ring) return 'other-ring';
  if (ringId !== undefined && document.ringId !== ringId) return 'ring-id-changed';
  if (loaded && document.generation < loaded.generation) return 'older';
  if (document.generation < floor) return 'below-own-file';
  if (loaded && document.generation === loaded.generation) {
    return states(document) === states(loaded) ? 'same' : 'contradicts';
  }
  return needsMaterial && document.form === 'public' ? 'lacks-material' : 'load';
};
