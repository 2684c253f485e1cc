import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createFileTruthReader, KeyringError, truthFileName, type TruthStore } from '@keyturn/keyring';
import {
  parseRingDocument,
  type PublicRingDocument,
  type RingDocument,
  serializeRingDocument,
  toPublicDocument,
} from '@keyturn/keyring/document';
import { commitGeneration, generationsIn, isErrno, KEPT_GENERATIONS, pruneGenerations } from './numbered-files.js';

/**
 * The truth and its projections in a state directory (decision 0001): `truth/<ring>/<generation>.json`, and
 * `public/<ring>/<generation>.json` for verifiers. `mounts/` has what a kubelet would mount; it may lag.
 */
export function createFileTruthStore(state: string): TruthStore {
  const truth = (ring: string): string => join(state, 'truth', ring);
  const reader = createFileTruthReader(join(state, 'truth'));
  return {
    read: (ring, signal) => reader.read(ring, signal),
    list: async () => (await readdir(join(state, 'truth')).catch(noFolder)).sort(),
    write: async (document) => {
      await writeTruth(truth(document.ring), document);
      await pruneGenerations(truth(document.ring));
    },
    project: (document) => project(state, document),
    readProjection: (ring) => newestProjection(join(state, 'public', ring)),
  };
}

function noFolder(error: unknown): string[] {
  if (isErrno(error, 'ENOENT')) return [];
  throw error;
}

const conflict = (ring: string): KeyringError =>
  new KeyringError('ERR_TRUTH_CONFLICT', `ring ${ring} was changed by somebody else`, { ring });

/**
 * One compare-and-swap. A writer that slept so long that its generation was pruned can still link the free name: it is
 * below the newest, so nobody reads it, and the missing predecessor shows that it came too late.
 */
async function writeTruth(folder: string, document: RingDocument): Promise<void> {
  const { ring, generation } = document;
  const newest = (await generationsIn(folder)).at(-1) ?? 0;
  if (newest !== generation - 1) throw conflict(ring);
  if (!(await commitGeneration(folder, generation, serializeRingDocument(document)))) throw conflict(ring);
  const after = await generationsIn(folder);
  const tooLate = generation === 1 ? (after.at(-1) ?? 0) > KEPT_GENERATIONS : !after.includes(generation - 1);
  if (!tooLate) return;
  await unlink(join(folder, truthFileName(generation))).catch(() => undefined);
  throw conflict(ring);
}

/** Stores the public form, never below what is there, and refreshes the mounts. */
async function project(state: string, document: RingDocument): Promise<void> {
  const folder = join(state, 'public', document.ring);
  const newest = (await generationsIn(folder)).at(-1) ?? 0;
  if (newest < document.generation) {
    await commitGeneration(folder, document.generation, serializeRingDocument(toPublicDocument(document)));
    await pruneGenerations(folder);
  }
  await refreshMount(folder, join(state, 'mounts', 'public', document.ring));
  await refreshMount(join(state, 'truth', document.ring), join(state, 'mounts', 'full', document.ring));
}

/** Puts the newest generation where a kubelet would mount it, again when a newer one appeared meanwhile. */
async function refreshMount(from: string, mount: string): Promise<void> {
  await mkdir(mount, { recursive: true, mode: 0o700 });
  for (;;) {
    const newest = (await generationsIn(from)).at(-1);
    if (newest === undefined) return;
    const temporary = join(mount, `.${randomUUID()}.tmp`);
    await writeFile(temporary, await readFile(join(from, truthFileName(newest))), { mode: 0o600 });
    await rename(temporary, join(mount, 'ring.json'));
    if ((await generationsIn(from)).at(-1) === newest) return;
  }
}

async function newestProjection(folder: string): Promise<PublicRingDocument | undefined> {
  const newest = (await generationsIn(folder)).at(-1);
  if (newest === undefined) return undefined;
  const document = parseRingDocument(await readFile(join(folder, truthFileName(newest)), 'utf8'));
  if (document.form === 'public') return document;
  throw new KeyringError('ERR_RING_INVALID', 'form: must be public in a projection', { field: 'form' });
}
