import { setTimeout as sleep } from 'node:timers/promises';
import { CommandError, EXIT } from '../exit-codes.js';
import type { Login } from './administrator.js';

const TIMEOUT_MS = 15_000;
/** Seconds. */
const LONGEST_PATIENCE = 30;

interface Call {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
}

/** Signs in, works, and signs out whatever happens. Throws CommandError when the platform refuses or is not there. */
export async function asAdministrator<T>(login: Login, work: (session: AdminSession) => Promise<T>): Promise<T> {
  const session = new AdminSession(login.url);
  await session.signIn(login);
  try {
    return await work(session);
  } finally {
    await session.signOut();
  }
}

export class AdminSession {
  readonly #url: string;
  readonly #cookies = new Map<string, string>();

  constructor(url: string) {
    this.#url = url;
  }

  /** The admin API's answer; undefined when it has none. */
  async ask<T>(call: Call): Promise<T> {
    const answer = await this.#send({ ...call, path: `/api/admin${call.path}` });
    if (!answer.ok) throw await refusal(answer);
    return (answer.status === 204 ? undefined : await answer.json()) as T;
  }

  async signIn({ email, password, code }: Login): Promise<void> {
    const call = { method: 'POST', path: '/api/auth/sign-in/email', body: { email, password } } as const;
    let answer = await this.#send(call);
    if (answer.status === 429) {
      await sleep(patienceMs(answer));
      answer = await this.#send(call);
    }
    if (!answer.ok) throw await refusal(answer);
    const { twoFactorRedirect } = (await answer.json()) as { readonly twoFactorRedirect?: boolean };
    if (twoFactorRedirect !== true) return;
    if (code === undefined) throw new CommandError('This account has a second factor: give its --code.', EXIT.usage);
    const verified = await this.#send({ method: 'POST', path: '/api/auth/two-factor/verify-totp', body: { code } });
    if (!verified.ok) throw await refusal(verified);
  }

  /** A session that could not be ended ends by itself; the command has done what it was to do. */
  async signOut(): Promise<void> {
    await this.#send({ method: 'POST', path: '/api/auth/sign-out', body: {} }).catch(() => undefined);
  }

  async #send({ method, path, body }: Call): Promise<Response> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = {
      origin: this.#url,
      ...(cookie !== '' && { cookie }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    };
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const init = { method, headers, signal, redirect: 'error' as const };
    const answer = await fetch(new URL(path, this.#url), {
      ...init,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }).catch(() => {
      throw new CommandError(`No platform answers at ${this.#url}.`, EXIT.unreachable);
    });
    for (const line of answer.headers.getSetCookie()) {
      const [pair = ''] = line.split(';', 1);
      this.#cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
    }
    return answer;
  }
}

/** What the platform asks to wait after many attempts to sign in, such as commands of a script; milliseconds. */
const patienceMs = ({ headers }: Response): number => {
  const seconds = Number(headers.get('x-retry-after') ?? headers.get('retry-after') ?? 10);
  return Math.min(Number.isFinite(seconds) ? seconds + 1 : 10, LONGEST_PATIENCE) * 1_000;
};

interface Said {
  readonly detail?: string;
  readonly message?: string;
  readonly errors?: readonly { readonly field: string; readonly message: string }[];
}

/** What the platform says of a request that it refuses, as a sentence. */
async function refusal(answer: Response): Promise<CommandError> {
  const { detail, message, errors = [] } = (await answer.json().catch(() => ({}))) as Said;
  const fields = errors.map((error) => `${error.field} ${error.message}`).join('; ');
  const said = fields || detail || message || `The platform answered ${answer.status}.`;
  return new CommandError(said, answer.status >= 500 ? EXIT.unreachable : EXIT.refused);
}
