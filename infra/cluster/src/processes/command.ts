import { execFile } from 'node:child_process';
import { DAEMON_PATH } from '../environment.js';

export interface CommandOptions {
  readonly cwd?: string;
  /** Written to its standard input. */
  readonly input?: string;
  /** Replaces PATH and LC_ALL, which are all that a command gets. */
  readonly env?: NodeJS.ProcessEnv;
}

const LAST_LINES = 8;

/**
 * Runs one of the system's tools to its end and returns what it printed. Throws an Error with what it said last, or that it
 * is not installed.
 */
export const runCommand = (program: string, args: readonly string[], options: CommandOptions = {}): Promise<string> =>
  new Promise((resolve, reject) => {
    const { input, cwd, env = { PATH: DAEMON_PATH, LC_ALL: 'C.UTF-8' } } = options;
    const child = execFile(program, args, { cwd, env, maxBuffer: 1 << 28 }, (error, stdout, stderr) => {
      if (!error) resolve(stdout);
      else if (error.code === 'ENOENT') reject(new Error(`${program} is not installed`, { cause: error }));
      else {
        const words = (stderr.trim() || stdout.trim() || error.message).split('\n').slice(-LAST_LINES).join('\n');
        reject(new Error(`${program} ${args[0] ?? ''} failed: ${words}`, { cause: error }));
      }
    });
    child.stdin?.on('error', () => undefined).end(input);
  });
