import { ISSUER } from './ring.js';

export interface Call {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE' | 'OPTIONS';
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

/** What a browser does with cookies, against replicas in turn or against one of them. */
export class Browser {
  readonly cookies = new Map<string, string>();
  /** The last Set-Cookie line of each cookie. */
  readonly lines = new Map<string, string>();

  constructor(
    private readonly urls: () => readonly string[],
    private readonly origin = ISSUER,
  ) {}

  private turn = 0;

  async call(path: string, { method = 'GET', body, headers = {} }: Call = {}): Promise<Response> {
    const urls = this.urls();
    const target = `${urls[this.turn++ % urls.length]}${path}`;
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(target, {
      method,
      redirect: 'manual',
      headers: {
        origin: this.origin,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(cookie !== '' && { cookie }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    this.keep(response);
    return response;
  }

  get(path: string, headers?: Record<string, string>): Promise<Response> {
    return this.call(`/api/auth${path}`, headers ? { headers } : {});
  }

  post(path: string, body: unknown = {}, headers?: Record<string, string>): Promise<Response> {
    return this.call(`/api/auth${path}`, { method: 'POST', body, ...(headers && { headers }) });
  }

  /** Follows a link from a mail: its path and query, at our replicas. */
  open(link: string): Promise<Response> {
    const { pathname, search } = new URL(link);
    return this.call(`${pathname}${search}`);
  }

  /** The e-mail address of who is signed in; null when nobody is. */
  async whoAmI(headers?: Record<string, string>): Promise<string | null> {
    const response = await this.get('/get-session', headers);
    if (response.status !== 200) throw new Error(`get-session answered ${response.status}`);
    const session = (await response.json()) as { user: { email: string } } | null;
    return session?.user.email ?? null;
  }

  async token(): Promise<string> {
    const response = await this.get('/token');
    if (response.status !== 200) throw new Error(`token answered ${response.status}`);
    return ((await response.json()) as { token: string }).token;
  }

  clone(): Browser {
    const copy = new Browser(this.urls, this.origin);
    for (const [name, value] of this.cookies) copy.cookies.set(name, value);
    return copy;
  }

  /** Only the cookies whose name holds `part`. */
  keepOnly(part: string): this {
    for (const name of this.cookies.keys()) if (!name.includes(part)) this.cookies.delete(name);
    return this;
  }

  private keep(response: Response): void {
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      const name = pair.slice(0, pair.indexOf('='));
      const value = pair.slice(name.length + 1);
      this.lines.set(name, line);
      if (value === '' || /;\s*max-age=0/i.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
  }
}
