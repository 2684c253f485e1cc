import type { Interpreter } from './interpreter.js';
import { run } from './command.js';
import { install } from './pip.js';

const MACHINES: Readonly<Record<string, string>> = { x64: 'x86_64', arm64: 'aarch64' };

/** Puts the packages of a requirements file into a folder, by their hashes, as a CPython of `version` on glibc runs them. */
export const installWheels = async (
  interpreter: Interpreter,
  requirements: string,
  to: string,
  { version, arch }: { readonly version: string; readonly arch: string },
): Promise<void> => {
  const machine = MACHINES[arch] ?? arch;
  const platforms = ['manylinux_2_34', 'manylinux_2_28', 'manylinux_2_17', 'manylinux2014'];
  await install(interpreter, {
    after: [
      '--target',
      to,
      '--no-compile',
      '--only-binary=:all:',
      '--implementation=cp',
      `--python-version=${version}`,
      ...platforms.map((platform) => `--platform=${platform}_${machine}`),
      '-r',
      requirements,
    ],
  });
};

/**
 * Compiles what is in a folder that a Python of `version` will find at `as`, if this one is of the same version; else each start
 * over there compiles it anew. Sources are not looked at again, whatever their times become.
 */
export const compile = async (
  interpreter: Interpreter,
  folder: string,
  { version, as }: { readonly version: string; readonly as: string },
): Promise<void> => {
  if (interpreter.version !== version) return;
  const once = ['--invalidation-mode', 'unchecked-hash'];
  await run(interpreter.program, ['-m', 'compileall', '-q', ...once, '-s', folder, '-p', as, folder]);
};
