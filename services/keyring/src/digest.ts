import { createHash } from 'node:crypto';
import { canonicalForm } from './document/canonical.js';
import type { AnyRingDocument } from './document/document.js';

/** SHA-256 over the canonical public form, base64url: what a receipt says is loaded. */
export const digestOf = (document: AnyRingDocument): string =>
  createHash('sha256').update(canonicalForm(document)).digest('base64url');
