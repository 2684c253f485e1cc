import { KeyringError } from './errors.js';

/** A document is refused above this size (characters): the limit of a Kubernetes object. */
export const LARGEST_DOCUMENT = 1_048_576;

/** Throws KeyringError ERR_RING_INVALID. The parser's own message quotes the text, which may be key material. */
export const parseJson = (text: string): unknown => {
  if (text.length > LARGEST_DOCUMENT) throw new KeyringError('ERR_RING_INVALID', 'document: must be at most 1 MiB');
  try {
    return JSON.parse(text);
  } catch {
    throw new KeyringError('ERR_RING_INVALID', 'document: must be JSON');
  }
};
