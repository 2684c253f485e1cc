import { setTimeout as sleep } from 'node:timers/promises';
import type { DemoLogin } from '../platform/options.js';

/** What a visitor has seen of the platform so far. */
export interface VisitorFigures {
  /** When it signed in last, RFC 3339; null before. */
  readonly signedInSince: string | null;
  readonly requests: number;
  /** Requests that were not answered as they should have been; refused tokens and a lost session are counted below. */
  readonly failed: number;
  /** Access tokens that were refused; a revocation does that, a rotation never. */
  readonly refused: number;
  /** Times that its session was gone. */
  readonly signedOut: number;
  readonly tokens: number;
  /** Key that signed the token in use. */
  readonly kid: string | null;
}

export interface Visitor {
  figures(): VisitorFigures;
  stop(): Promise<void>;
}

const PAUSE_MS = 500;
const RENEW_BEFORE_MS = 10_000;
const TIMEOUT_MS = 10_000;

interface Token {
  readonly text: string;
  readonly user: string;
  readonly expiresAt: number;
}

/**
 * Uses the platform as a signed-in person would, twice a second, so that there is something to see while keys rotate: one
 * session for as long as it lasts, access tokens from it, and requests to the tasks service.
 */
export const startVisitor = (baseUrl: string, login: DemoLogin): Visitor => {
  const stopping = new AbortController();
  const client = new Client(baseUrl, login, stopping.signal);
  const done = (async () => {
    while (!stopping.signal.aborted) {
      await client.visit();
      await sleep(PAUSE_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  })();
  return {
    figures: () => client.figures,
    stop: async () => {
      stopping.abort();
      await done;
    },
  };
};

class Client {
  figures: VisitorFigures = {
    signedInSince: null,
    requests: 0,
    failed: 0,
    refused: 0,
    signedOut: 0,
    tokens: 0,
    kid: null,
  };
  private readonly cookies = new Map<string, string>();
  private token: Token | undefined;

  constructor(
    private readonly baseUrl: string,
    private readonly login: DemoLogin,
    private readonly stopping: AbortSignal,
  ) {}

  /** One look at the tasks, with what it takes to get there. */
  async visit(): Promise<void> {
    try {
      if (this.cookies.size === 0) await this.signIn();
      if (!this.token || this.token.expiresAt - Date.now() < RENEW_BEFORE_MS) await this.renew();
      if (!this.token) return;
      const { user, text } = this.token;
      const answer = await this.ask(`/api/${user}/tasks`, { headers: { authorization: `Bearer ${text}` } });
      if (answer.status === 401) {
        this.token = undefined;
        this.note({ refused: this.figures.refused + 1 });
      }
    } catch {
      if (!this.stopping.aborted) this.note({ failed: this.figures.failed + 1 });
    }
  }

  private note(change: Partial<VisitorFigures>): void {
    this.figures = { ...this.figures, ...change };
  }

  private async signIn(): Promise<void> {
    const body = JSON.stringify(this.login);
    const headers = { 'content-type': 'application/json' };
    const answer = await this.ask('/api/auth/sign-in/email', { method: 'POST', headers, body });
    if (answer.ok) this.note({ signedInSince: new Date().toISOString() });
  }

  /** A new access token from the session. Only "there is no session" (401) is a logout. */
  private async renew(): Promise<void> {
    const answer = await this.ask('/api/auth/token');
    if (answer.status === 401) {
      this.cookies.clear();
      this.note({ signedOut: this.figures.signedOut + 1, signedInSince: null });
    }
    if (!answer.ok) return;
    const { token: text } = (await answer.json()) as { readonly token: string };
    const [header, claims] = text.split('.').slice(0, 2).map(decode);
    this.token = { text, user: String(claims?.sub), expiresAt: Number(claims?.exp) * 1000 };
    this.note({ tokens: this.figures.tokens + 1, kid: String(header?.kid) });
  }

  private async ask(path: string, init: RequestInit = {}): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { origin: this.baseUrl, ...(cookie && { cookie }), ...(init.headers as Record<string, string>) };
    const signal = AbortSignal.any([this.stopping, AbortSignal.timeout(TIMEOUT_MS)]);
    const answer = await fetch(new URL(path, this.baseUrl), { ...init, headers, signal });
    this.note({
      requests: this.figures.requests + 1,
      failed: this.figures.failed + (answer.ok || answer.status === 401 ? 0 : 1),
    });
    for (const line of answer.headers.getSetCookie()) {
      const [pair = ''] = line.split(';', 1);
      this.cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
    }
    return answer;
  }
}

const decode = (part: string): Record<string, unknown> => JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
