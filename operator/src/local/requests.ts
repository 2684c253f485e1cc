import { rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { RING_NAME } from '@keyturn/keyring/document';
import type { RotationRequest } from '../records/index.js';
import { jsonNames, readJson, RecordFileError, removeFile } from './json-files.js';

const base = {
  id: z.string().regex(/^[a-z0-9-]{1,63}$/, 'must be 1 to 63 of a-z, 0-9 and -'),
  ring: z.string().regex(RING_NAME, 'must be the name of a ring: a-z, 0-9 and -, at most 63 characters'),
  requestedAt: z.iso.datetime(),
  requestedBy: z.string().min(1).max(200),
};
const schema = z.discriminatedUnion('kind', [
  z.strictObject({ ...base, kind: z.literal('rotate') }),
  z.strictObject({ ...base, kind: z.literal('abort'), run: z.string().optional() }),
  z.strictObject({ ...base, kind: z.literal('recover') }),
  z.strictObject({ ...base, kind: z.literal('retire'), kid: z.string().min(1).max(256) }),
  z.strictObject({ ...base, kind: z.literal('revoke'), keys: z.union([z.literal('all'), z.array(z.string()).min(1)]) }),
]);

/** What is wrong with a file that somebody put there: the field and the rule. */
export type RejectedFile = { readonly file: string; readonly problems: readonly string[] };

/** Whoever writes a request in place, instead of renaming it there, may be in the middle of it. */
const HALF_WRITTEN_MS = 1_000;

/** The requests of the folder, oldest first. A file that is no request is set aside as `<name>.rejected` and reported. */
export async function readRequests(
  folder: string,
  reject: (rejected: RejectedFile) => void,
): Promise<RotationRequest[]> {
  const requests: RotationRequest[] = [];
  for (const name of await jsonNames(folder)) {
    const path = join(folder, `${name}.json`);
    const value = await readJson(path).catch((error: unknown) => {
      // A request that cannot be read now (no file handles, a failing disk) is not set aside: it may be a revocation.
      if (error instanceof RecordFileError) return error;
      throw error;
    });
    if (value === undefined) continue;
    const problems = problemsOf(name, value);
    if (problems.length === 0) requests.push(value as RotationRequest);
    else if (!(value instanceof RecordFileError && (await isYoung(path)))) {
      await rename(path, join(folder, `${name}.rejected`)).catch(() => undefined);
      reject({ file: `requests/${name}.json`, problems });
    }
  }
  return requests.sort((a, b) => (a.requestedAt < b.requestedAt ? -1 : 1));
}

async function isYoung(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && Math.abs(Date.now() - found.mtimeMs) < HALF_WRITTEN_MS;
}

function problemsOf(name: string, value: unknown): string[] {
  if (value instanceof Error) return [value.message];
  const parsed = schema.safeParse(value);
  if (!parsed.success)
    return parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'request'}: ${message}`);
  return parsed.data.id === name ? [] : ['id: must be the name of the file'];
}

export const removeRequest = (folder: string, id: string): Promise<void> => removeFile(join(folder, `${id}.json`));
