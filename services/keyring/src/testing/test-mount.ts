import { mkdir, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { serializeRingDocument } from '../document/codec.js';
import type { AnyRingDocument } from '../document/document.js';

/** A folder of mounted rings, `<dir>/<ring>/ring.json`, written as Kubernetes and as careful programs write. */
export interface TestMount {
  /** The kubelet's way: a folder of its own, and the link `..data` swapped over in one rename. */
  swap(document: AnyRingDocument): Promise<void>;
  /** A temporary file, renamed over the old one. */
  replace(document: AnyRingDocument): Promise<void>;
  /** Writes text in place, whatever it is: a damaged or half written file. */
  scribble(ring: string, text: string): Promise<void>;
  remove(ring: string): Promise<void>;
}

let counter = 0;

export const createTestMount = (dir: string): TestMount => {
  const folderOf = async (ring: string): Promise<string> => {
    const folder = join(dir, ring);
    await mkdir(folder, { recursive: true });
    return folder;
  };
  const next = (): string => String(++counter).padStart(6, '0');
  return {
    swap: async (document) => {
      const folder = await folderOf(document.ring);
      const generation = `..${next()}`;
      await mkdir(join(folder, generation));
      await writeFile(join(folder, generation, 'ring.json'), serializeRingDocument(document));
      const previous = await readlink(join(folder, '..data')).catch(() => undefined);
      await symlink(generation, join(folder, '..data_tmp'));
      await rename(join(folder, '..data_tmp'), join(folder, '..data'));
      if (previous === undefined) await symlink(join('..data', 'ring.json'), join(folder, 'ring.json'));
      else await rm(join(folder, previous), { recursive: true });
    },
    replace: async (document) => {
      const folder = await folderOf(document.ring);
      const temporary = join(folder, `.ring.json.${next()}`);
      await writeFile(temporary, serializeRingDocument(document));
      await rename(temporary, join(folder, 'ring.json'));
    },
    scribble: async (ring, text) => writeFile(join(await folderOf(ring), 'ring.json'), text),
    remove: async (ring) => rm(join(dir, ring), { recursive: true, force: true }),
  };
};
