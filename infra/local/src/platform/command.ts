import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync } from 'node:fs';
import { logTail, openLog } from '../processes/log-file.js';

export interface Command {
  readonly program: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly log: string;
}

/** Runs a program of this Node to its end. Throws an Error with the last lines of its log when it fails. */
export const runToEnd = async ({ program, env, log }: Command, signal?: AbortSignal): Promise<void> => {
  const out = openLog(log, 'fresh');
  const child = spawn(process.execPath, [...program], { env, stdio: ['ignore', out, out], ...(signal && { signal }) });
  closeSync(out);
  const [code, ended] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  if (code !== 0) throw new Error(`${program.at(-1)} ended with ${ended ?? code}:\n${logTail(log)}`);
};
