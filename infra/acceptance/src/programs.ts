import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { inherited } from './environment.js';

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** The command line of `npm run cluster`, `npm run images`, `npm run keyturn`. */
export const CLUSTER = `${ROOT}infra/cluster/dist/main.js`;
export const IMAGES = `${ROOT}infra/images/dist/main.js`;
export const CHART = `${ROOT}charts/keyturn`;

export interface RunOptions {
  readonly input?: string;
  /** Default: the root of this repository. */
  readonly cwd?: string;
  /** Set beside `environment`. */
  readonly env?: Readonly<Record<string, string>>;
  /** Default: our own. */
  readonly environment?: NodeJS.ProcessEnv;
  /** Ends the program with SIGTERM, which is no error then. */
  readonly signal?: AbortSignal;
  /** Told what the program has printed so far, each time that it prints. */
  readonly onOutput?: (soFar: string) => void;
}

/** Runs a program to its end and returns what it printed. Throws an Error with what it said about its failure. */
export const run = async (program: string, args: readonly string[], options: RunOptions = {}): Promise<string> => {
  const { input = '', cwd = ROOT, env, environment, signal, onOutput } = options;
  const child = spawn(program, args, { cwd, env: environment ? { ...environment, ...env } : inherited(env) });
  let soFar = '';
  if (onOutput) child.stdout.on('data', (chunk: Buffer) => onOutput((soFar += chunk.toString())));
  const end = (): void => void child.kill('SIGTERM');
  signal?.addEventListener('abort', end, { once: true });
  child.stdin.on('error', () => undefined).end(input);
  const [out, said, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  signal?.removeEventListener('abort', end);
  if (code !== 0 && !signal?.aborted) throw new Error(`${program} ${args.join(' ')}: ${said.trim() || out.trim()}`);
  return out;
};

/** Runs one of this repository's programs with Node. */
export const runNode = (file: string, args: readonly string[] = [], options: RunOptions = {}): Promise<string> =>
  run(process.execPath, [file, ...args], options);

/** Shows what a program prints; resolves with its exit code, null when a signal ended it. */
export const show = async (
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<number | null> => {
  const child = spawn(program, args, { cwd: ROOT, env: inherited(env), stdio: 'inherit' });
  const [code] = (await once(child, 'close')) as [number | null];
  return code;
};
