import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './command.js';
import { cacheFolder } from './environment.js';
import { findInterpreter, type Missing } from './interpreter.js';
import { install, replace } from './pip.js';

/** A Python with the packages: the program to run. */
export interface Python {
  readonly program: string;
}

export interface ProvideOptions {
  /** Called when an environment has to be made, which takes a while. */
  readonly making?: () => void;
  /** Gives up. */
  readonly signal?: AbortSignal;
}

/**
 * A Python of version 3.11 or newer with the packages of a requirements file with hashes. Made once for each content of that
 * file; a later call only looks whether it still works. Throws the signal's reason when it fires.
 */
export const providePython = async (
  requirements: string,
  { making, signal }: ProvideOptions = {},
): Promise<Python | Missing> => {
  const content = await readFile(requirements);
  const folder = join(cacheFolder(), createHash('sha256').update(content).digest('hex').slice(0, 16));
  const program = join(folder, 'bin/python');
  if (await works(program, signal)) return { program };
  signal?.throwIfAborted();
  const interpreter = await findInterpreter();
  if ('missing' in interpreter) return interpreter;
  making?.();
  const fresh = `${folder}.${process.pid}`;
  try {
    await mkdir(cacheFolder(), { recursive: true });
    await run(interpreter.program, ['-m', 'venv', '--without-pip', fresh], signal);
    const into = ['--python', join(fresh, 'bin/python')];
    await install(interpreter, { before: into, after: ['-r', requirements] }, signal);
    await replace(fresh, folder);
    return { program };
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    signal?.throwIfAborted();
    return { missing: `the packages for Python could not be installed: ${(error as Error).message}` };
  }
};

/** Packages of another Python are in a folder with its version in its name: after an upgrade there are none. */
const HAS_PACKAGES =
  'import os, sysconfig; raise SystemExit(not any(name.endswith(".dist-info") for name in os.listdir(sysconfig.get_path("purelib"))))';

const works = async (program: string, signal?: AbortSignal): Promise<boolean> =>
  existsSync(program) &&
  (await run(program, ['-I', '-c', HAS_PACKAGES], signal).then(
    () => true,
    () => false,
  ));
