import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The service in Python, and its library. */
export const REPORTS_FOLDER = fileURLToPath(new URL('../../../services/reports/', import.meta.url));
const CACHE = fileURLToPath(new URL('../.cache/python/', import.meta.url));
const INSTALL_MS = 300_000;
const OLD = 'there is no python3 of version 3.11 or newer on this machine';

/** A Python with the packages that the service pins, or why there is none. */
export type Python =
  | { readonly program: string; readonly environment: Readonly<Record<string, string>> }
  | { readonly missing: string };

const succeeds = (program: string, args: readonly string[], env: Record<string, string>): Promise<boolean> =>
  run(program, args, { env }).then(
    () => true,
    () => false,
  );

/** Finds Python and installs the pinned packages once, by their hashes; later calls find them there. */
export async function findPython(): Promise<Python> {
  const found = await run('python3', ['-c', 'import sys; print(sys.executable if sys.version_info >= (3, 11) else "")'])
    .then(({ stdout }) => stdout.trim())
    .catch(() => '');
  if (!found) return { missing: OLD };
  const requirements = join(REPORTS_FOLDER, 'requirements.txt');
  const lock = createHash('sha256')
    .update(await readFile(requirements))
    .update(found)
    .digest('hex');
  const packages = join(CACHE, lock.slice(0, 16));
  const environment = {
    PATH: '/usr/bin:/bin',
    PYTHONPATH: `${packages}:${REPORTS_FOLDER}`,
    PYTHONDONTWRITEBYTECODE: '1',
  };
  const check = ['-c', 'import keyturn_verifier, uvicorn'];
  if (await succeeds(found, check, environment)) return { program: found, environment };
  await mkdir(packages, { recursive: true });
  const problem = await install(found, requirements, packages);
  if (await succeeds(found, check, environment)) return { program: found, environment };
  return { missing: `the Python packages could not be installed: ${problem}` };
}

/** With Python's own pip, or the one of a fresh environment where the system keeps its pip to itself. */
async function install(program: string, requirements: string, packages: string): Promise<string> {
  const args = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--require-hashes'];
  const where = [...args, '--target', packages, '-r', requirements];
  if ((await problemOf(program, where)) === undefined) return '';
  const environment = join(CACHE, 'environment');
  const second = await problemOf(program, ['-m', 'venv', environment]);
  return second ?? (await problemOf(join(environment, 'bin', 'python'), where)) ?? '';
}

/** Undefined = it worked; else the last line of what it said. */
const problemOf = (program: string, args: readonly string[]): Promise<string | undefined> =>
  run(program, args, { timeout: INSTALL_MS }).then(
    () => undefined,
    (error: { stderr?: string; message: string }) => (error.stderr || error.message).trim().split('\n').at(-1),
  );
