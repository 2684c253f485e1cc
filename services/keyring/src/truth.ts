import type { PublicRingDocument, RingDocument } from './document/document.js';

/**
 * Reading the truth of a ring. Every call is a quorum read that begins after the call was made (a confirming read,
 * rule P1): the API server in a cluster, the ring's directory on one machine. Never a mount, never a cache.
 *
 * Throws KeyringError ERR_TRUTH_UNREADABLE when the truth cannot be read, ERR_RING_INVALID or ERR_RING_SCHEMA_NEWER
 * when it can be read but not understood. Returns undefined when the ring does not exist (yet).
 */
export interface TruthReader {
  read(ring: string, signal?: AbortSignal): Promise<RingDocument | undefined>;
}

/**
 * The truth and its projection, as the operator writes them. Both are compare-and-swap: `write` commits only if the
 * stored generation is still `document.generation - 1`, `project` only if the stored one is lower.
 */
export interface TruthStore extends TruthReader {
  list(signal?: AbortSignal): Promise<readonly string[]>;
  /** Throws KeyringError ERR_TRUTH_CONFLICT when somebody else wrote first. */
  write(document: RingDocument, signal?: AbortSignal): Promise<void>;
  /** Writes the public projection (and the copies for holders) upward; resolves once it is stored at >= that generation. */
  project(document: RingDocument, signal?: AbortSignal): Promise<void>;
  readProjection(ring: string, signal?: AbortSignal): Promise<PublicRingDocument | undefined>;
}
