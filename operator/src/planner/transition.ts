import { isAccepted, keysIn, RANK, type RingDocument } from '@keyturn/keyring/document';

/**
 * What a write of the truth must never do, whatever decided it. Each entry says which invariant the write breaks; an
 * empty list is a write that may be committed.
 *
 * - S3: at most one key is active, and the generation grows by one.
 * - S4: the rank of a key never falls, a live or compromised key is never forgotten, a kid is never used twice.
 */
export function brokenInvariants(before: RingDocument, after: RingDocument): string[] {
  const broken: string[] = [];
  if (after.ringId !== before.ringId || after.ring !== before.ring) broken.push('the identity of the ring changes');
  if (after.generation !== before.generation + 1) broken.push('S3: the generation does not grow by one');
  if (keysIn(after.keys, 'active').length > 1) broken.push('S3: more than one key is active');
  const kids = new Set(after.keys.map(({ kid }) => kid));
  if (kids.size !== after.keys.length) broken.push('S4: a kid is used twice');
  for (const key of before.keys) {
    const next = after.keys.find(({ kid }) => kid === key.kid);
    if (next && RANK[next.state] < RANK[key.state]) broken.push(`S4: the rank of ${key.kid} falls`);
    const mayBeForgotten = !isAccepted(key.state) && key.state !== 'compromised';
    if (!next && !mayBeForgotten) broken.push(`S4: ${key.kid} is forgotten while it is ${key.state}`);
  }
  return broken;
}
