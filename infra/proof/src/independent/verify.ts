import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Python } from '@keyturn/python';

const SCRIPT = fileURLToPath(new URL('../../python/verify_tokens.py', import.meta.url));

export interface Question {
  /** Where the JWKS is published. */
  readonly jwksUrl: string;
  readonly issuer: string;
  readonly audience: string;
  /** Secrets by kid, base64url, as a holder of an HS256 ring has them. */
  readonly secrets?: Readonly<Record<string, string>>;
  readonly tokens: readonly { readonly algorithm: string; readonly token: string }[];
}

/** What PyJWT says about one token. `error` is the name of its exception. */
export type Opinion =
  | { readonly kid: string; readonly claims: Readonly<Record<string, unknown>>; readonly error?: undefined }
  | { readonly error: string };

/** Has PyJWT verify tokens; one opinion for each, in order. The tokens go over standard input, where nobody else reads. */
export async function verifyWithPyJwt(python: Python, question: Question): Promise<Opinion[]> {
  const child = spawn(python.program, ['-I', SCRIPT], {
    env: { PATH: '/usr/bin:/bin' },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const { jwksUrl, issuer, audience, tokens, secrets = {} } = question;
  child.stdin.end(JSON.stringify({ jwks_url: jwksUrl, issuer, audience, tokens, secrets }));
  const [output, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  if (code !== 0) throw new Error(`The Python script ended with ${code}: ${errors.trim().split('\n').at(-1)}`);
  return JSON.parse(output) as Opinion[];
}
