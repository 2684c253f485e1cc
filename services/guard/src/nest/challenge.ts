import type { GuardError } from '../core/index.js';

/** A quoted-string of RFC 9110; what it cannot hold is left out. */
const quoted = (text: string): string => `"${text.replaceAll(/[^\x20-\x7e]/g, '').replaceAll(/[\\"]/g, '\\$&')}"`;

/**
 * The WWW-Authenticate challenge of RFC 6750, 3: without `error` when no credential came, `invalid_token` for a bad one,
 * `insufficient_scope` for one that does not suffice. Undefined for other errors.
 */
export function challengeOf(error: GuardError, realm: string): string | undefined {
  if (error.statusCode === 503) return undefined;
  const start = `Bearer realm=${quoted(realm)}`;
  if (error.code === 'ERR_TOKEN_MISSING') return start;
  const kind = error.statusCode === 401 ? 'invalid_token' : 'insufficient_scope';
  const scope = error.detail.required ? `, scope=${quoted(error.detail.required.join(' '))}` : '';
  return `${start}, error="${kind}", error_description=${quoted(error.message)}${scope}`;
}
