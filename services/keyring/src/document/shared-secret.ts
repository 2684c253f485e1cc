import type { RingAlgorithm } from './document.js';

export interface SecretRule {
  readonly pattern: RegExp;
  /** For messages: what the text must be. */
  readonly text: string;
}

const BYTES: SecretRule = { pattern: /^[A-Za-z0-9_-]{43,1366}$/, text: 'must be base64url of 256 bits or more' };
const TEXT: SecretRule = { pattern: /^[\x20-\x7e]{32,1366}$/, text: 'must be 32 to 1366 printable ASCII characters' };

/**
 * How a shared secret is written in a ring. The key of HS256 is bytes, so it is base64url. An opaque secret is the text
 * itself, whatever it encodes: a platform that adopts Keyturn has one already, and Better Auth uses it as text.
 */
export const secretRule = (algorithm: RingAlgorithm): SecretRule => (algorithm === 'opaque' ? TEXT : BYTES);
