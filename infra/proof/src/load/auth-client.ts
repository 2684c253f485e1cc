import { createAuthClient } from 'better-auth/client';
import { jwtClient, twoFactorClient } from 'better-auth/client/plugins';
import type { Browser, Call, Reply, Request } from './browser.js';
import { NO_ANSWER, type Outcome } from '../ledger/entry.js';

const create = (baseURL: string, customFetchImpl: typeof fetch) =>
  createAuthClient({ baseURL, plugins: [jwtClient(), twoFactorClient()], fetchOptions: { customFetchImpl } });

export type BetterAuthClient = ReturnType<typeof create>;

/** Better Auth's own client, sent through a browser. One call at a time, as one user makes them. */
export class AuthClient {
  readonly #client: BetterAuthClient;
  #call: Call | undefined;
  #bearer: string | undefined;
  #last: Outcome = 'ok';

  constructor(private readonly browser: Browser) {
    this.#client = create(browser.origin, (input, init) => this.#fetch(input, init));
  }

  /** How the last call ended. */
  get last(): Outcome {
    return this.#last;
  }

  /** The session as a signed bearer token, as the last answer gave it; for users without cookies. */
  get bearer(): string | undefined {
    return this.#bearer;
  }

  forgetBearer(): void {
    this.#bearer = undefined;
  }

  /**
   * Makes one call of the client and resolves with its data, or undefined when it did not end as the call expects.
   * `withBearer` sends the bearer token.
   */
  async ask<T>(
    call: Call,
    make: (client: BetterAuthClient, headers: Record<string, string>) => Promise<{ data: T | null }>,
    withBearer = false,
  ): Promise<T | undefined> {
    this.#call = call;
    const headers: Record<string, string> =
      withBearer && this.#bearer ? { authorization: `Bearer ${this.#bearer}` } : {};
    const answer = await make(this.#client, headers).catch(noAnswer);
    return this.#last === 'ok' ? (answer.data ?? undefined) : undefined;
  }

  async #fetch(input: string | URL | globalThis.Request, init: RequestInit | undefined): Promise<Response> {
    const call = this.#call;
    if (!call) throw new Error('The client sent a request that no user asked for.');
    const reply = await this.browser.send(call, asRequest(input, init));
    this.#last = reply.outcome;
    const bearer = reply.headers['set-auth-token'];
    if (typeof bearer === 'string') this.#bearer = bearer;
    return asResponse(reply);
  }
}

function asRequest(input: string | URL | globalThis.Request, init: RequestInit | undefined): Request {
  const url = new URL(input instanceof Request ? input.url : input);
  const headers = Object.fromEntries(new Headers(init?.headers));
  const body = typeof init?.body === 'string' && init.body !== '' ? (JSON.parse(init.body) as unknown) : undefined;
  return { url, method: (init?.method ?? 'GET').toUpperCase() as Request['method'], headers, body };
}

/** What `fetch` throws when no answer came, which the ledger has already. Anything else is a mistake of ours. */
class NoAnswer extends TypeError {}

const noAnswer = (error: unknown): { data: null } => {
  if (error instanceof NoAnswer) return { data: null };
  throw error;
};

const NO_BODY = new Set([204, 205, 304]);

function asResponse(reply: Reply): Response {
  if (reply.status === NO_ANSWER) throw new NoAnswer('fetch failed');
  const headers = new Headers({ 'content-type': String(reply.headers['content-type'] ?? 'application/json') });
  return new Response(NO_BODY.has(reply.status) ? null : reply.text, { status: reply.status, headers });
}
