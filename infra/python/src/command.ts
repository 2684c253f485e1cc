import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { toolEnvironment } from './environment.js';

const INSTALL_MS = 300_000;

/** Runs a program to its end and returns what it printed. Throws an Error with the last line of what it complained about. */
export const run = async (program: string, args: readonly string[], signal?: AbortSignal): Promise<string> => {
  const options = { env: toolEnvironment(), timeout: INSTALL_MS, maxBuffer: 2 ** 24, ...(signal && { signal }) };
  try {
    return (await promisify(execFile)(program, args, options)).stdout;
  } catch (error) {
    const { stderr, message } = error as { readonly stderr?: string; readonly message: string };
    throw new Error((stderr || message).trim().split('\n').at(-1), { cause: error });
  }
};
