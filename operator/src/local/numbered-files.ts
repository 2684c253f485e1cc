import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { truthFileName } from '@keyturn/keyring';

/** Generations that are kept as long as the newest one does not remove key material for good. */
export const KEPT_GENERATIONS = 8;
/** A temporary file that is older was left by a writer that ended in the middle; nobody is writing it any more. */
const LEFTOVER_MS = 10 * 60_000;

const NAME = /^(\d{12})\.json$/;
const TEMPORARY = /^\..*\.tmp$/;

export const isErrno = (error: unknown, ...codes: readonly string[]): boolean =>
  codes.includes((error as NodeJS.ErrnoException).code ?? '');

export const unlessMissing = (error: unknown): undefined => {
  if (!isErrno(error, 'ENOENT')) throw error;
};

const namesIn = async (folder: string): Promise<string[]> => {
  try {
    return await readdir(folder);
  } catch (error) {
    unlessMissing(error);
    return [];
  }
};

/** The generations in a folder, ascending; none when the folder does not exist. */
export async function generationsIn(folder: string): Promise<number[]> {
  return (await namesIn(folder))
    .flatMap((name) => NAME.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
}

/** Makes the names in a folder survive a power loss. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Writes a complete file beside others, synced to disk, and returns its path. Leaves nothing when it fails. */
export async function writeTemporary(folder: string, text: string): Promise<string> {
  const path = join(folder, `.${randomUUID()}.tmp`);
  const handle = await open(path, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } catch (error) {
    await unlink(path).catch(() => undefined);
    throw error;
  } finally {
    await handle.close();
  }
  return path;
}

/**
 * Links a complete file to the name of a generation. Exactly one writer can do it: false when the name is taken.
 * The file is on disk, and so is its name, when this resolves with true.
 */
export async function commitGeneration(folder: string, generation: number, text: string): Promise<boolean> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const temporary = await writeTemporary(folder, text);
  try {
    await link(temporary, join(folder, truthFileName(generation)));
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return false;
    throw error;
  } finally {
    await unlink(temporary);
  }
  await syncFolder(folder);
  return true;
}

/** Removes all but the newest generations, lowest first, so that what is left is without gaps, and what ended writers left. */
export async function pruneGenerations(folder: string, kept = KEPT_GENERATIONS): Promise<void> {
  const old = (await generationsIn(folder)).slice(0, -kept);
  for (const generation of old) await unlink(join(folder, truthFileName(generation))).catch(unlessMissing);
  await removeLeftovers(folder);
}

/** Temporary files of the truth have key material: they do not stay. */
export async function removeLeftovers(folder: string): Promise<void> {
  for (const name of (await namesIn(folder)).filter((candidate) => TEMPORARY.test(candidate))) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found && Date.now() - found.mtimeMs > LEFTOVER_MS) await unlink(path).catch(unlessMissing);
  }
}
