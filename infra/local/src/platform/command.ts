import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync } from 'node:fs';
import { logTail, openLog } from '../processes/log-file.js';

export interface Command {
  readonly program: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly log: string;
  /** What it reads from standard input; absent = nothing. */
  readonly input?: string;
}

/** Runs a program of this Node to its end. Throws an Error with the last lines of its log when it fails. */
export const runToEnd = async ({ program, env, log, input }: Command, signal?: AbortSignal): Promise<void> => {
  const out = openLog(log, 'fresh');
  const child = spawn(process.execPath, [...program], { env, stdio: ['pipe', out, out], ...(signal && { signal }) });
  // A program that ends without reading it says why in its log.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(input ?? '');
  closeSync(out);
  const [code, ended] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  if (code !== 0) throw new Error(`${program.at(-1)} ended with ${ended ?? code}:\n${logTail(log)}`);
};
