import { randomBytes } from 'node:crypto';
import { readJsonFile, writeJsonFile } from '../files/json-file.js';
import type { DemoLogin } from '../platform/options.js';

const EMAIL = 'demo@keyturn.dev';

/** The demo login of a directory: made once, the same on every start. */
const loginOf = (file: string): DemoLogin => {
  const kept = readJsonFile(file) as Partial<DemoLogin> | undefined;
  if (typeof kept?.email === 'string' && typeof kept.password === 'string') {
    return { email: kept.email, password: kept.password };
  }
  const login = { email: EMAIL, password: `try-${randomBytes(9).toString('base64url')}` };
  writeJsonFile(file, login);
  return login;
};

const post = (baseUrl: string, path: string, body: unknown): Promise<Response> =>
  fetch(new URL(path, baseUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: baseUrl },
    body: JSON.stringify(body),
  });

/** Signs the demo user in; at the first start `make` makes sure of them before. Throws an Error when that does not work. */
export const seedDemo = async (
  baseUrl: string,
  file: string,
  make: (login: DemoLogin) => Promise<void>,
): Promise<DemoLogin> => {
  const login = loginOf(file);
  if ((await post(baseUrl, '/api/auth/sign-in/email', login)).ok) return login;
  await make(login);
  const answer = await post(baseUrl, '/api/auth/sign-in/email', login);
  if (answer.ok) return login;
  const { message } = (await answer.json().catch(() => ({}))) as { readonly message?: string };
  throw new Error(`the demo login cannot be made: ${message ?? `status ${answer.status}`}`);
};
