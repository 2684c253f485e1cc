import { rename, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RotationRequest } from './rotation-request.js';

/** Puts a request where the operator looks for it: whole or not at all. */
export const writeRequest = async (folder: string, request: RotationRequest): Promise<void> => {
  const temporary = join(folder, `.${request.id}.tmp`);
  try {
    await writeFile(temporary, `${JSON.stringify(request, null, 2)}\n`, { mode: 0o600 });
    await rename(temporary, join(folder, `${request.id}.json`));
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
};
