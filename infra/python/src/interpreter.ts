import { run } from './command.js';

/** A Python of this machine. */
export interface Interpreter {
  readonly program: string;
  /** `3.11` */
  readonly version: string;
}

/** Why there is none, as a sentence without its full stop. */
export interface Missing {
  readonly missing: string;
}

const NAMES = ['python3', 'python3.14', 'python3.13', 'python3.12', 'python3.11'];
const ASK = 'import sys; print(sys.executable if sys.version_info >= (3, 11) else "", "%d.%d" % sys.version_info[:2])';

/** The first Python of version 3.11 or newer on the PATH, `python3` before those with a version in their names. */
export const findInterpreter = async (): Promise<Interpreter | Missing> => {
  for (const name of NAMES) {
    const said = await run(name, ['-c', ASK]).catch(() => '');
    const [program, version] = said.trim().split(' ');
    if (program && version) return { program, version };
  }
  return { missing: 'there is no python3 of version 3.11 or newer on this machine' };
};
