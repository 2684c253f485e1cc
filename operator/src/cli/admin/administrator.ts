import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { readJson } from '../../local/json-files.js';
import { CommandError, EXIT } from '../exit-codes.js';
import { findStateDirectory } from '../local-backend.js';

/** Who asks which platform. */
export interface Login {
  readonly url: string;
  readonly email: string;
  readonly password: string;
  /** Of the second factor. */
  readonly code?: string;
}

export interface LoginOptions {
  readonly url?: string;
  readonly email?: string;
  readonly code?: string;
  readonly state?: string;
}

const HOW = 'Give --url and --email; the password is asked for, or read from standard input.';
const MAX_PASSWORD = 1_024;

/** The login that the options name, or that of the local platform. Throws CommandError when there is none. */
export async function loginOf(options: LoginOptions, stdin: AsyncIterable<Buffer | string>): Promise<Login> {
  const { url, email, code } = options;
  if (url === undefined && email === undefined) return localLogin(options.state);
  if (url === undefined || email === undefined) throw new CommandError(HOW, EXIT.usage);
  const { protocol, hostname, origin } = addressOf(url);
  const local = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  if (protocol !== 'https:' && !local) throw new CommandError('--url must be https, except on localhost.', EXIT.usage);
  const password = process.stdin.isTTY ? await askForPassword() : await readPassword(stdin);
  return { url: origin, email, password, ...(code !== undefined && { code }) };
}

function addressOf(url: string): URL {
  if (!URL.canParse(url)) throw new CommandError('--url must be the address of the platform.', EXIT.usage);
  return new URL(url);
}

/** What `npm start` writes beside its state directory. */
async function localLogin(state = findStateDirectory(process.cwd())): Promise<Login> {
  const file = (await readJson(join(dirname(state), 'local.json')).catch(() => undefined)) as
    | { readonly url?: string; readonly demo?: { readonly email: string; readonly password: string } | null }
    | undefined;
  if (!file?.url || !file.demo)
    throw new CommandError(`No platform with a demo login runs here. ${HOW}`, EXIT.unreachable);
  return { url: file.url, ...file.demo };
}

/** The first line, so that it is in no process list and no shell history. */
async function readPassword(stdin: AsyncIterable<Buffer | string>): Promise<string> {
  let text = '';
  for await (const chunk of stdin) {
    text += String(chunk);
    if (text.length > MAX_PASSWORD) break;
  }
  const password = text.split(/\r?\n/, 1)[0] ?? '';
  if (password === '' || text.length > MAX_PASSWORD) throw new CommandError(HOW, EXIT.usage);
  return password;
}

async function askForPassword(): Promise<string> {
  process.stderr.write('Password: ');
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const prompt = createInterface({ input: process.stdin, output: silent, terminal: true });
  try {
    return await prompt.question('');
  } finally {
    prompt.close();
    process.stderr.write('\n');
  }
}
