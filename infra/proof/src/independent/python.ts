import { execFile } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

export const PYTHON_FOLDER = fileURLToPath(new URL('../../python/', import.meta.url));
const CACHE = fileURLToPath(new URL('../../.cache/python/', import.meta.url));
const INSTALL_MS = 240_000;

/** A Python with PyJWT, or why there is none. */
export type Python = { readonly program: string; readonly packages: string } | { readonly missing: string };

const works = (program: string, args: readonly string[], packages?: string): Promise<boolean> =>
  run(program, args, { ...(packages !== undefined && { env: { PATH: '/usr/bin:/bin', PYTHONPATH: packages } }) }).then(
    () => true,
    () => false,
  );

/** Finds Python 3 and installs PyJWT for it once; later calls find it there. */
export async function findPython(): Promise<Python> {
  const named = await run('python3', ['-c', 'import sys; print(sys.executable)']).catch(() => undefined);
  if (!named) return { missing: 'there is no python3 on this machine' };
  const program = named.stdout.trim();
  const requirements = join(PYTHON_FOLDER, 'requirements.txt');
  const packages = join(CACHE, (await readFile(requirements, 'utf8')).trim().replace(/\W+/g, '-'));
  const check = ['-c', 'import jwt, cryptography'];
  if (await works(program, check, packages)) return { program, packages };
  await mkdir(packages, { recursive: true });
  const problem = await install(program, requirements, packages);
  if (await works(program, check, packages)) return { program, packages };
  return { missing: `PyJWT could not be installed: ${problem}` };
}

/** With Python's own pip, or the one of a fresh environment where the system keeps its pip to itself. */
async function install(program: string, requirements: string, packages: string): Promise<string> {
  const args = [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '--target',
    packages,
    '-r',
    requirements,
  ];
  const first = await attempt(program, args);
  if (first === undefined) return '';
  const environment = join(CACHE, 'environment');
  const second = await attempt(program, ['-m', 'venv', environment]);
  return second ?? (await attempt(join(environment, 'bin', 'python'), args)) ?? '';
}

/** Undefined = it worked; else the last line of what it said. */
const attempt = (program: string, args: readonly string[]): Promise<string | undefined> =>
  run(program, args, { timeout: INSTALL_MS }).then(
    () => undefined,
    (error: { stderr?: string; message: string }) => (error.stderr || error.message).trim().split('\n').at(-1),
  );
