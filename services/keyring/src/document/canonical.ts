import { type AnyRingDocument, toPublicDocument } from './document.js';

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  members.sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([name, member]) => [name, sorted(member)]));
};

/**
 * The text that a receipt's digest is taken over: the public form, members sorted by name, no white space.
 * Equal for a full document and its projection, so an issuer and a verifier of one generation agree.
 */
export const canonicalForm = (document: AnyRingDocument): string =>
  JSON.stringify(sorted(document.form === 'full' ? toPublicDocument(document) : document));
