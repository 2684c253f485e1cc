/**
 * The one error family of the key ring. An error carries protocol facts, never a token, a key or a secret.
 */
export type KeyringErrorCode =
  /** A ring document breaks a rule of the schema; `field` names it. */
  | 'ERR_RING_INVALID'
  /** The document was written by a newer version of the product. */
  | 'ERR_RING_SCHEMA_NEWER'
  /** No usable ring: never loaded, or older than the hard limit (rule P7: answer 503, never 401). */
  | 'ERR_RING_UNAVAILABLE'
  /** The issuer's lease ended (rule P4), or no key is active. */
  | 'ERR_RING_CANNOT_SIGN'
  /** The truth could not be read. */
  | 'ERR_TRUTH_UNREADABLE'
  /** The truth changed between read and write. */
  | 'ERR_TRUTH_CONFLICT';

export class KeyringError extends Error {
  override readonly name = 'KeyringError';
  constructor(
    readonly code: KeyringErrorCode,
    message: string,
    readonly detail: { readonly ring?: string; readonly field?: string; readonly retryAfterMs?: number } = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
