import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Writes a JSON file so that a reader sees the old or the new content, never a part. Readable by its owner only. */
export const writeJsonFile = (path: string, value: unknown): void => {
  mkdirSync(dirname(path), { recursive: true, mode: 0o711 });
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`;
  writeFileSync(draft, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, path);
};

/** The content of a JSON file; undefined when it is not there or not JSON. */
export const readJsonFile = (path: string): unknown => {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
};

/** Every readable JSON file of a folder by its name without the ending. */
export const readJsonFolder = (folder: string): Map<string, unknown> => {
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  } catch {
    return new Map();
  }
  const entries = names.map((name) => [name.slice(0, -5), readJsonFile(join(folder, name))] as const);
  return new Map(entries.filter(([, value]) => value !== undefined));
};

export const removeFile = (path: string): void => rmSync(path, { force: true });
