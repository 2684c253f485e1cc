import { access, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseRingDocument, RING_NAME } from '../document/codec.js';
import type { RingDocument } from '../document/document.js';
import { KeyringError } from '../document/errors.js';
import type { TruthReader } from '../truth.js';

/** A generation's file name: 12 digits, so that the names sort as the numbers do. */
export const truthFileName = (generation: number): string => `${String(generation).padStart(12, '0')}.json`;

const NAME = /^(\d{12})\.json$/;
/** How often a file may be pruned between listing and reading before we give up. */
const ATTEMPTS = 5;

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';

/** The highest generation in the ring's folder; undefined when there is none, or no folder in a truth that exists. */
const newestGeneration = async (dir: string, ring: string): Promise<number | undefined> => {
  try {
    const names = await readdir(join(dir, ring));
    const generations = names.flatMap((name) => NAME.exec(name)?.[1] ?? []).map(Number);
    return generations.length === 0 ? undefined : Math.max(...generations);
  } catch (error) {
    if (!isMissing(error)) throw error;
    await access(dir);
    return undefined;
  }
};

const check = (text: string, ring: string, generation: number): RingDocument => {
  const document = parseRingDocument(text);
  const wrong = (field: string, rule: string) =>
    new KeyringError('ERR_RING_INVALID', `${field}: ${rule}`, { ring, field });
  if (document.form !== 'full') throw wrong('form', 'must be full in the truth');
  if (document.ring !== ring) throw wrong('ring', 'must be the name of its folder');
  if (document.generation !== generation) throw wrong('generation', 'must be the number in the name of its file');
  return document;
};

const readNewest = async (dir: string, ring: string, signal?: AbortSignal): Promise<RingDocument | undefined> => {
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    const generation = await newestGeneration(dir, ring);
    if (generation === undefined) return undefined;
    try {
      return check(await readFile(join(dir, ring, truthFileName(generation)), 'utf8'), ring, generation);
    } catch (error) {
      const prunedMeanwhile = isMissing(error) && attempt < ATTEMPTS;
      if (!prunedMeanwhile) throw error;
    }
  }
};

/**
 * The truth on one machine: `<dir>/<ring>/<generation, 12 digits>.json`, each file linked into place complete, so the
 * highest number is the truth. A damaged highest file is an error; an older one is never taken in its place.
 */
export const createFileTruthReader = (dir: string): TruthReader => ({
  read: async (ring, signal) => {
    if (!RING_NAME.test(ring)) throw new TypeError('the name of a ring is a DNS label');
    try {
      return await readNewest(dir, ring, signal);
    } catch (cause) {
      if (cause instanceof KeyringError) throw cause;
      throw new KeyringError('ERR_TRUTH_UNREADABLE', `the truth of ring ${ring} cannot be read`, { ring }, { cause });
    }
  },
});
