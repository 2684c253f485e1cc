import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './command.js';
import { cacheFolder } from './environment.js';
import type { Interpreter } from './interpreter.js';

const INSTALL = ['-m', 'pip', '--disable-pip-version-check', '--quiet'];
const PINNED = ['install', '--no-input', '--retries', '1', '--timeout', '10', '--require-hashes'];

/** Runs `pip … install` for pinned packages; `where` are pip's options before and after the command. Throws an Error. */
export const install = async (
  interpreter: Interpreter,
  where: { readonly before?: readonly string[]; readonly after: readonly string[] },
  signal?: AbortSignal,
): Promise<void> => {
  const program = await withPip(interpreter, signal);
  await run(program, [...INSTALL, ...(where.before ?? []), ...PINNED, ...where.after], signal);
};

/** A Python that has pip: this one, or an environment of it where the system keeps its pip to itself. */
const withPip = async ({ program, version }: Interpreter, signal?: AbortSignal): Promise<string> => {
  const has = await run(program, ['-c', 'import pip'], signal).then(
    () => true,
    () => false,
  );
  if (has) return program;
  const folder = join(cacheFolder(), `pip-${version}`);
  if (!existsSync(join(folder, 'bin/python'))) {
    const fresh = `${folder}.${process.pid}`;
    await run(program, ['-m', 'venv', fresh], signal).catch((error: unknown) => {
      throw new Error('it has neither pip nor ensurepip (Debian: python3-venv)', { cause: error });
    });
    await replace(fresh, folder);
  }
  return join(folder, 'bin/python');
};

/** Puts a finished folder in its place, which another process may have filled meanwhile. */
export const replace = async (fresh: string, folder: string): Promise<void> => {
  await mkdir(join(folder, '..'), { recursive: true });
  await rename(fresh, folder).catch(async () => {
    await rm(folder, { recursive: true, force: true });
    await rename(fresh, folder);
  });
};
