import { KeyringError, shareNextRead, type TruthStore } from '@keyturn/keyring';
import type { RingDocument } from '@keyturn/keyring/document';
import type { DocumentProvider } from '@keyturn/keyring/management';

/**
 * The public documents of all rings. Every answer rests on a read of the truth that began after the request came in, so
 * each one is confirming; requests that wait share the next read.
 */
export function truthDocuments(truth: TruthStore): DocumentProvider {
  const reads = new Map<string, () => Promise<RingDocument | undefined>>();
  const readerOf = (ring: string): (() => Promise<RingDocument | undefined>) => {
    const known = reads.get(ring);
    if (known) return known;
    const read = shareNextRead(() => truth.read(ring));
    reads.set(ring, read);
    return read;
  };
  return {
    document: async (ring) => {
      const rings = await truth.list().catch((cause: unknown) => {
        throw new KeyringError('ERR_TRUTH_UNREADABLE', 'the truth cannot be read', { ring }, { cause });
      });
      return rings.includes(ring) ? readerOf(ring)() : undefined;
    },
  };
}
