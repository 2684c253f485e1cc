import type { Platform } from '../src/index.js';

/** Somebody with a browser: cookies, a token from the session, requests through the one address. */
export class Person {
  private readonly cookies = new Map<string, string>();
  id = '';

  constructor(private readonly url: string) {}

  static async signUp({ url }: Pick<Platform, 'url'>, email: string): Promise<Person> {
    const person = new Person(url);
    const body = { email, password: 'a-good-long-passphrase', name: 'Person' };
    const answer = await person.ask('/api/auth/sign-up/email', { method: 'POST', body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`sign-up: ${answer.status} ${await answer.text()}`);
    person.id = ((await answer.json()) as { user: { id: string } }).user.id;
    return person;
  }

  /** What a browser sends along. */
  get cookie(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  async signIn(email: string, password: string): Promise<number> {
    const body = JSON.stringify({ email, password });
    const answer = await this.ask('/api/auth/sign-in/email', { method: 'POST', body });
    if (answer.ok) this.id = ((await answer.json()) as { user: { id: string } }).user.id;
    return answer.status;
  }

  async session(): Promise<unknown> {
    return (await this.ask('/api/auth/get-session')).json();
  }

  async token(): Promise<string> {
    const answer = await this.ask('/api/auth/token');
    if (!answer.ok) throw new Error(`token: ${answer.status}`);
    return ((await answer.json()) as { token: string }).token;
  }

  tasks(token: string, init: RequestInit = {}): Promise<Response> {
    return this.ask(`/api/${this.id}/tasks`, { ...init, headers: { authorization: `Bearer ${token}` } });
  }

  async ask(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = {
      origin: this.url,
      ...(init.body !== undefined && { 'content-type': 'application/json' }),
      cookie: this.cookie,
      ...(init.headers as Record<string, string>),
    };
    const signal = init.signal ?? AbortSignal.timeout(30_000);
    const answer = await fetch(new URL(path, this.url), { ...init, headers, signal });
    for (const line of answer.headers.getSetCookie()) {
      const [pair = ''] = line.split(';', 1);
      this.cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
    }
    return answer;
  }
}

export const headerOf = (token: string): { kid: string; alg: string } =>
  JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString('utf8'));
