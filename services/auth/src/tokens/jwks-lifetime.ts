import { type AnyRingDocument, toPublicDocument } from '@keyturn/keyring';

/** How long the JWKS may be kept while no change is planned, and while a rotation may begin at any time; seconds. */
const LONGEST = 3_600;
const LONGEST_WHILE_ROTATING = 300;

/**
 * `max-age` of the published keys, in seconds: it ends when the next key will sign. The next key is in the set before
 * that, so the end of the lifetime is a bound for whoever fetched before it came.
 */
export const jwksMaxAge = (document: AnyRingDocument, now: number): number => {
  const proven = document.keys.some((key) => key.state === 'pending' && key.provenAt !== undefined);
  const next = (document.form === 'full' ? toPublicDocument(document) : document).nextChangeAt;
  if (next === undefined || !proven) return LONGEST_WHILE_ROTATING;
  const left = Math.floor((next - now) / 1_000);
  return left > 0 ? Math.min(left, LONGEST) : LONGEST_WHILE_ROTATING;
};
