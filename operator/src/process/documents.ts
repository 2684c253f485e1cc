import { KeyringError, shareNextRead, type TruthReader, type TruthStore } from '@keyturn/keyring';
import type { RingDocument } from '@keyturn/keyring/document';
import type { DocumentProvider } from '@keyturn/keyring/management';

/**
 * The public documents of all rings. Every answer rests on a read of the truth that began after the request came in, so
 * each one is confirming; requests that wait share the next read. With `list` a ring is read only if it is listed; without,
 * the read itself says whether there is one.
 */
export function truthDocuments(truth: TruthReader & Partial<Pick<TruthStore, 'list'>>): DocumentProvider {
  const reads = new Map<string, () => Promise<RingDocument | undefined>>();
  const readerOf = (ring: string): (() => Promise<RingDocument | undefined>) => {
    const known = reads.get(ring);
    if (known) return known;
    const read = shareNextRead(async () => {
      let document: RingDocument | undefined;
      try {
        document = await truth.read(ring);
        return document;
      } finally {
        // Anybody may ask for any name.
        if (!document) reads.delete(ring);
      }
    });
    reads.set(ring, read);
    return read;
  };
  return {
    document: async (ring) => {
      if (!truth.list) return readerOf(ring)();
      const rings = await truth.list().catch((cause: unknown) => {
        throw new KeyringError('ERR_TRUTH_UNREADABLE', 'the truth cannot be read', { ring }, { cause });
      });
      return rings.includes(ring) ? readerOf(ring)() : undefined;
    },
  };
}
