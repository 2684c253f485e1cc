import type { IncomingHttpHeaders } from 'node:http';
import { type Dispatcher, request as send } from 'undici';
import { NO_ANSWER, type Outcome, type Service } from '../ledger/entry.js';
import { CookieJar } from './cookie-jar.js';
import type { Credential } from './credential.js';
import type { EntrySink } from './recording.js';
import type { Answer, Expectation, Finding } from './expectations.js';

/** What a request is, for the ledger, and what its user expects of it. */
export interface Call {
  readonly service: Service;
  readonly operation: string;
  /** Absent = none was sent. */
  readonly credential?: Credential | undefined;
  readonly expect: Expectation;
}

export interface Request {
  readonly url: URL;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
}

export interface Reply extends Answer {
  readonly outcome: Outcome;
  readonly headers: IncomingHttpHeaders;
  /** The body as it came. */
  readonly text: string;
}

export interface BrowserOptions {
  /** The platform's public address, which is also the Origin. */
  readonly origin: string;
  readonly ledger: EntrySink;
  readonly dispatcher: Dispatcher;
  /** Who is asked, where no proxy says who answered. */
  readonly replica?: string;
  /** False = cookies are neither kept nor sent. */
  readonly cookies?: boolean;
}

const TIMEOUT_MS = 15_000;

const parsed = (text: string): unknown => {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    return text;
  }
};

const one = (header: string | readonly string[] | undefined): string =>
  typeof header === 'string' ? header : (header?.[0] ?? '');

const errorCode = (error: unknown): string => {
  const { code, name } = error as { code?: unknown; name?: unknown };
  return typeof code === 'string' ? code : String(name);
};

/** Clocks of the two sides, and lives that are counted in whole seconds. */
const END_MARGIN_MS = 1_000;

const hasEnded = (credential: Credential | undefined): boolean =>
  credential?.endsAt !== undefined && Date.now() > credential.endsAt - END_MARGIN_MS;

/** One user's HTTP. Every request is in the ledger once it has ended, however it ended; none is sent twice. */
export class Browser {
  readonly jar = new CookieJar();
  readonly #options: BrowserOptions;

  constructor(options: BrowserOptions) {
    this.#options = options;
  }

  get origin(): string {
    return this.#options.origin;
  }

  url(path: string): URL {
    return new URL(path, this.#options.origin);
  }

  async send(call: Call, request: Request): Promise<Reply> {
    const at = Date.now();
    const begun = performance.now();
    const reply = await this.#exchange(request);
    const latencyMs = performance.now() - begun;
    const found: Finding =
      reply.error !== undefined
        ? { outcome: 'unavailable', detail: reply.error }
        : call.expect(reply, call.credential !== undefined);
    const finding =
      found.outcome === 'logout' && hasEnded(call.credential) ? { ...found, outcome: 'late' as const } : found;
    this.#options.ledger.append({
      at,
      latencyMs,
      service: call.service,
      operation: call.operation,
      credential: call.credential?.fingerprint ?? '',
      kid: call.credential?.kid ?? '',
      status: reply.status,
      replica: one(reply.headers['x-keyturn-replica']) || (this.#options.replica ?? ''),
      ...finding,
    });
    return { ...reply, outcome: finding.outcome };
  }

  async #exchange({ url, method, headers, body }: Request): Promise<Omit<Reply, 'outcome'> & { error?: string }> {
    const cookie = this.jar.header(Date.now());
    const json = body === undefined ? undefined : JSON.stringify(body);
    try {
      const reply = await send(url, {
        method,
        dispatcher: this.#options.dispatcher,
        headersTimeout: TIMEOUT_MS,
        bodyTimeout: TIMEOUT_MS,
        headers: {
          origin: this.#options.origin,
          ...(cookie !== undefined && { cookie }),
          ...(json !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(json !== undefined && { body: json }),
      });
      const text = await reply.body.text();
      const setCookie = reply.headers['set-cookie'];
      if (setCookie && this.#options.cookies !== false)
        this.jar.take(typeof setCookie === 'string' ? [setCookie] : setCookie, Date.now());
      const location = one(reply.headers.location);
      return {
        status: reply.statusCode,
        headers: reply.headers,
        body: parsed(text),
        text,
        ...(location !== '' && { location }),
      };
    } catch (error) {
      return { status: NO_ANSWER, headers: {}, body: undefined, text: '', error: errorCode(error) };
    }
  }
}
