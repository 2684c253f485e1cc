import { digestOf } from '@keyturn/keyring';
import { type RingDocument, toPublicDocument } from '@keyturn/keyring/document';

const known = new WeakMap<RingDocument, string>();

/** The digest that a receipt carries; made once for each ring. */
export function digest(ring: RingDocument): string {
  const before = known.get(ring);
  if (before !== undefined) return before;
  const made = digestOf(toPublicDocument(ring));
  known.set(ring, made);
  return made;
}
