import { type AccessToken, readAccessToken } from './access-token';
import { Failure, failureOf, offline, SignedOut } from './failure';

const TIMEOUT_MS = 20_000;

/**
 * What is waited before each new token after one that was refused: none first. A revocation reaches each process in a moment
 * of its own, so the token after that may still come from one that it has not reached.
 */
const RENEWALS_MS = [0, 1_500, 0];

interface Asked {
  readonly method?: string;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

const send = async (path: string, { method = 'GET', body, signal }: Asked, token?: string): Promise<Response> => {
  const limit = AbortSignal.timeout(TIMEOUT_MS);
  try {
    return await fetch(path, {
      method,
      credentials: 'same-origin',
      cache: 'no-store',
      headers: {
        accept: 'application/json',
        // Mails are in the language of the page, not in that of the browser.
        'accept-language': document.documentElement.lang,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw offline();
  }
};

const bodyOf = async <T>(answer: Response): Promise<T> => {
  if (!answer.ok) throw await failureOf(answer);
  const text = await answer.text();
  return (text === '' ? null : JSON.parse(text)) as T;
};

/** A request that the session cookie authorises. Throws SignedOut when it needs a session and there is none, else Failure. */
export const ask = async <T>(path: string, asked: Asked = {}): Promise<T> => bodyOf<T>(await send(path, asked));

/** Requests with an access token: kept in memory, replaced before it expires, once more when it is refused. */
export class TokenClient {
  private token: AccessToken | undefined;
  private coming: Promise<AccessToken> | undefined;

  /** Throws SignedOut when no session is left, else Failure. */
  async ask<T>(path: string, asked: Asked = {}): Promise<T> {
    for (const pauseMs of RENEWALS_MS) {
      const token = await this.current();
      const answer = await send(path, asked, token.text);
      if (answer.status !== 401) return bodyOf<T>(answer);
      if (this.token === token) this.token = undefined;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
    throw new SignedOut();
  }

  /** For a page that is left alone: the token in memory is always a good one. Milliseconds until the next call is useful. */
  async renewIfDue(): Promise<number> {
    return Math.max(1_000, (await this.current()).renewAt - Date.now());
  }

  forget(): void {
    this.token = undefined;
  }

  private async current(): Promise<AccessToken> {
    if (this.token && Date.now() < this.token.renewAt) return this.token;
    this.coming ??= renew().finally(() => {
      this.coming = undefined;
    });
    try {
      this.token = await this.coming;
    } catch (error) {
      // A service that is away for a moment takes nothing from a token that is still good.
      if (error instanceof SignedOut || !this.token || Date.now() >= this.token.expiresAt) throw error;
    }
    return this.token;
  }
}

const renew = async (): Promise<AccessToken> => {
  try {
    const { token } = await ask<{ readonly token: string }>('/api/auth/token');
    return readAccessToken(token, Date.now());
  } catch (error) {
    if (error instanceof Failure && error.status === 401) throw new SignedOut();
    throw error;
  }
};
