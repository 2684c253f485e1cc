import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isErrno, syncFolder } from './numbered-files.js';

/** A record on disk that cannot be used; the message names the file and the rule, never the content. */
export class RecordFileError extends Error {
  override readonly name = 'RecordFileError';
  readonly code = 'ERR_RECORD_FILE';
}

/** The parsed file; undefined when there is none. Throws RecordFileError when it is not JSON. */
export async function readJson(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new RecordFileError(`${basename(dirname(path))}/${basename(path)} is not JSON`);
  }
}

async function writeTemporary(path: string, text: string, durable: boolean): Promise<void> {
  const handle = await open(path, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    if (durable) await handle.sync();
  } catch (error) {
    await unlink(path).catch(() => undefined);
    throw error;
  } finally {
    await handle.close();
  }
}

/**
 * Replaces a file whole: a reader sees the old one or the new one. With `durable` it is on disk when this resolves, so
 * that what it answers may be forgotten.
 */
export async function writeJson(path: string, value: unknown, { durable = false } = {}): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.${randomUUID()}.tmp`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeTemporary(temporary, `${JSON.stringify(value, null, 2)}\n`, durable);
  await rename(temporary, path);
  if (durable) await syncFolder(folder);
}

/** Names of the JSON files in a folder, without `.json`, sorted; none when there is no folder. */
export async function jsonNames(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (isErrno(error, 'ENOENT')) return [] as string[];
    throw error;
  });
  return names
    .filter((name) => name.endsWith('.json') && !name.startsWith('.'))
    .map((name) => name.slice(0, -'.json'.length))
    .sort();
}

export async function removeFile(path: string): Promise<void> {
  await unlink(path).catch((error: unknown) => {
    if (!isErrno(error, 'ENOENT')) throw error;
  });
}
