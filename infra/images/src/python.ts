import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { compile, type Interpreter, installWheels } from '@keyturn/python';
import type { App } from './apps.js';

/** Of the base image. */
const VERSION = '3.11';
/** Modules that a service in Python is made of, besides the one with its own name. */
const LIBRARIES = ['keyturn_verifier'];

/** Puts together what becomes /app of a service in Python: its modules, its packages, and a program that starts it. */
export const stagePython = async (
  { name, folder }: App,
  interpreter: Interpreter,
  root: string,
  to: string,
): Promise<void> => {
  mkdirSync(to, { recursive: true });
  for (const module of [name, ...LIBRARIES]) {
    const filter = (path: string): boolean => basename(path) !== '__pycache__';
    cpSync(join(root, folder, module), join(to, module), { recursive: true, filter });
  }
  const start = `import runpy\n\nrunpy.run_module(${JSON.stringify(name)}, run_name="__main__", alter_sys=True)\n`;
  writeFileSync(join(to, '__main__.py'), start);
  const packages = join(to, 'packages');
  const target = { version: VERSION, arch: process.arch };
  await installWheels(interpreter, join(root, folder, 'requirements.txt'), packages, target);
  rmSync(join(packages, 'bin'), { recursive: true, force: true });
  // The file system of a container is read-only: what is compiled here is not compiled at each start.
  await compile(interpreter, to, { version: VERSION, as: '/app' });
};
