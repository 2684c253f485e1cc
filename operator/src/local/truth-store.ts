import { mkdir, readdir, readFile, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { createFileTruthReader, KeyringError, truthFileName } from '@keyturn/keyring';
import {
  isAccepted,
  parseRingDocument,
  type PublicRingDocument,
  RING_NAME,
  type RingDocument,
  serializeRingDocument,
  toPublicDocument,
} from '@keyturn/keyring/document';
import type { OperatorTruth } from '../engine/index.js';
import {
  commitGeneration,
  generationsIn,
  isErrno,
  KEPT_GENERATIONS,
  pruneGenerations,
  removeLeftovers,
  unlessMissing,
  writeTemporary,
} from './numbered-files.js';

/**
 * The truth and its projections in a state directory (decision 0001): `truth/<ring>/<generation>.json`, and
 * `public/<ring>/<generation>.json` for verifiers. `mounts/` has what a kubelet would mount; it may lag.
 * Errors about a document name its file, the field and the rule.
 */
export function createFileTruthStore(state: string): OperatorTruth {
  const truth = (ring: string): string => join(state, 'truth', ring);
  const reader = createFileTruthReader(join(state, 'truth'));
  return {
    read: (ring, signal) => namingFile(state, `truth/${ring}`, () => reader.read(ring, signal)),
    list: async () =>
      (await readdir(join(state, 'truth')).catch(noFolder)).filter((name) => RING_NAME.test(name)).sort(),
    write: async (document) => {
      await writeTruth(truth(document.ring), document, document.generation - 1);
      await pruneGenerations(truth(document.ring), destroysMaterial(document) ? 1 : KEPT_GENERATIONS);
    },
    recover: async (document, expected) => {
      await writeTruth(truth(document.ring), document, expected);
      await pruneGenerations(truth(document.ring), 1);
    },
    project: (document) => project(state, document),
    readProjection: (ring) => namingFile(state, `public/${ring}`, () => newestProjection(join(state, 'public', ring))),
  };
}

/** Earlier generations hold the material of keys that this one has removed for good. */
const destroysMaterial = ({ keys, generation }: RingDocument): boolean =>
  keys.some(({ state, since }) => since === generation && !isAccepted(state));

function noFolder(error: unknown): string[] {
  if (isErrno(error, 'ENOENT')) return [];
  throw error;
}

async function namingFile<T>(state: string, folder: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof KeyringError) || error.code === 'ERR_TRUTH_UNREADABLE') throw error;
    const newest = (await generationsIn(join(state, folder))).at(-1) ?? 0;
    throw new KeyringError(error.code, `${folder}/${truthFileName(newest)}: ${error.message}`, error.detail);
  }
}

const conflict = (ring: string): KeyringError =>
  new KeyringError('ERR_TRUTH_CONFLICT', `ring ${ring} was changed by somebody else`, { ring });

/**
 * One compare-and-swap. A writer that slept so long that its generation was pruned, or passed over by a recovery, can
 * still link the free name: it is below the newest, so nobody reads it, and its missing neighbours show that it came too
 * late.
 */
async function writeTruth(folder: string, document: RingDocument, expected: number): Promise<void> {
  const { ring, generation } = document;
  const newest = (await generationsIn(folder)).at(-1) ?? 0;
  if (newest !== expected) throw conflict(ring);
  if (!(await commitGeneration(folder, generation, serializeRingDocument(document)))) throw conflict(ring);
  const after = await generationsIn(folder);
  const wasPassed = (after.at(-1) ?? 0) > generation && !after.includes(generation + 1);
  const tooLate = wasPassed || (expected > 0 && !after.includes(expected));
  if (!tooLate) return;
  await unlink(join(folder, truthFileName(generation))).catch(() => undefined);
  throw conflict(ring);
}

/** Stores the public form, never below what is there, and refreshes the mounts. */
async function project(state: string, document: RingDocument): Promise<void> {
  const folder = join(state, 'public', document.ring);
  const text = serializeRingDocument(toPublicDocument(document));
  const newest = (await generationsIn(folder)).at(-1) ?? 0;
  if (newest < document.generation) {
    await commitGeneration(folder, document.generation, text);
    await pruneGenerations(folder);
  } else if (newest === document.generation) {
    // Derived and of the same generation: what was damaged is written again.
    await replaceUnlessSame(join(folder, truthFileName(newest)), text, folder);
  }
  await refreshMount(folder, join(state, 'mounts', 'public', document.ring));
  await refreshMount(join(state, 'truth', document.ring), join(state, 'mounts', 'full', document.ring));
}

async function replaceUnlessSame(path: string, text: string, folder: string): Promise<void> {
  const found = await readFile(path, 'utf8').catch(() => undefined);
  if (found !== text) await rename(await writeTemporary(folder, text), path);
}

/** Puts the newest generation where a kubelet would mount it, again when a newer one appeared meanwhile. */
async function refreshMount(from: string, mount: string): Promise<void> {
  await mkdir(mount, { recursive: true, mode: 0o700 });
  for (;;) {
    const newest = (await generationsIn(from)).at(-1);
    if (newest === undefined) return;
    const text = await readFile(join(from, truthFileName(newest)), 'utf8').catch(unlessMissing);
    // Another operator has written and pruned meanwhile.
    if (text === undefined) continue;
    await replaceUnlessSame(join(mount, 'ring.json'), text, mount);
    await removeLeftovers(mount);
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
