import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { truthFileName } from '@keyturn/keyring';

/** Generations that are kept; older ones are pruned, lowest first. */
export const KEPT_GENERATIONS = 8;

const NAME = /^(\d{12})\.json$/;

export const isErrno = (error: unknown, ...codes: readonly string[]): boolean =>
  codes.includes((error as NodeJS.ErrnoException).code ?? '');

/** The generations in a folder, ascending; none when the folder does not exist. */
export async function generationsIn(folder: string): Promise<number[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (isErrno(error, 'ENOENT')) return [] as string[];
    throw error;
  });
  return names
    .flatMap((name) => NAME.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Writes a complete file beside the generations, synced to disk, and returns its path. Leaves nothing when it fails. */
async function writeTemporary(folder: string, text: string): Promise<string> {
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

/** Removes the oldest generations, lowest first, so that what is left is without gaps. */
export async function pruneGenerations(folder: string): Promise<void> {
  const old = (await generationsIn(folder)).slice(0, -KEPT_GENERATIONS);
  for (const generation of old) {
    await unlink(join(folder, truthFileName(generation))).catch((error: unknown) => {
      if (!isErrno(error, 'ENOENT')) throw error;
    });
  }
}
