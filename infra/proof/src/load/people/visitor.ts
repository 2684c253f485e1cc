import { randomUUID } from 'node:crypto';
import { AuthClient } from '../auth-client.js';
import { Browser } from '../browser.js';
import { type AccessToken, type Credential, readAccessToken, sessionCredential } from '../credential.js';
import { member, noSession, sessionOf, signsIn, succeeds } from '../expectations.js';
import type { World } from '../world.js';

/** Nobody begins a request with anything that ends within this time. */
export const MARGIN_MS = 3_000;

const SESSION_COOKIE = 'session_token';

export interface VisitorOptions {
  /** False = a client without cookies, which sends its session as bearer token. */
  readonly cookies?: boolean;
}

export interface SignIn {
  readonly remember?: boolean;
  /** Whether the account has one: then it must be asked for, unless a device is trusted. */
  readonly secondFactor?: boolean;
  /** What makes this a trusted device. */
  readonly trust?: Credential | undefined;
}

/** A user with an account, and what every kind of user can do at the auth service. Each method is one request. */
export class Visitor {
  readonly email = `${randomUUID()}@example.com`;
  readonly password = randomUUID();
  readonly browser: Browser;
  readonly client: AuthClient;
  readonly #cookies: boolean;
  #sessionEndsAt = 0;

  constructor(
    readonly world: World,
    { cookies = true }: VisitorOptions = {},
  ) {
    this.browser = new Browser({ ...world, cookies });
    this.client = new AuthClient(this.browser);
    this.#cookies = cookies;
  }

  /** Whether a session is held that lasts for a while. */
  get signedIn(): boolean {
    return this.session !== undefined && Date.now() < this.#sessionEndsAt - MARGIN_MS;
  }

  /** What is left of the session, by its own account. */
  get sessionLeftMs(): number {
    return this.#sessionEndsAt - Date.now();
  }

  get session(): Credential | undefined {
    const signed = this.#cookies ? this.browser.jar.valueOf(SESSION_COOKIE, Date.now()) : this.client.bearer;
    return sessionCredential(signed, this.#sessionEndsAt);
  }

  async signUp(): Promise<boolean> {
    const { email, password } = this;
    const at = Date.now();
    const expect = succeeds((body) => member(body, 'user', 'email') === email);
    const call = { service: 'auth', operation: 'user.sign-up', expect } as const;
    const done = await this.client.ask(call, (client) => client.signUp.email({ email, password, name: 'Somebody' }));
    if (done) this.began(at);
    return done !== undefined;
  }

  async signIn({ remember = true, secondFactor = false, trust }: SignIn = {}): Promise<boolean> {
    const { email, password } = this;
    const at = Date.now();
    const expect = signsIn(!secondFactor || trust !== undefined);
    const call = { service: 'auth', operation: 'user.sign-in', credential: trust, expect } as const;
    const done = await this.client.ask(call, (client) =>
      client.signIn.email({ email, password, rememberMe: remember }),
    );
    if (done) this.began(at);
    return done !== undefined;
  }

  /** Asks who is signed in; the session may live on for longer by that. */
  async getSession(): Promise<unknown> {
    const call = this.#own('session.get', sessionOf(this.email));
    const data = await this.client.ask(
      call,
      (client, headers) => client.getSession({ fetchOptions: { headers } }),
      !this.#cookies,
    );
    this.#noticeLogout();
    const endsAt = member(data, 'session', 'expiresAt');
    if (endsAt instanceof Date || typeof endsAt === 'string') this.#sessionEndsAt = new Date(endsAt).getTime();
    return data;
  }

  async getToken(): Promise<AccessToken | undefined> {
    const call = this.#own(
      'token.get',
      succeeds((body) => typeof member(body, 'token') === 'string'),
    );
    const data = await this.client.ask(
      call,
      (client, headers) => client.token({ fetchOptions: { headers } }),
      !this.#cookies,
    );
    this.#noticeLogout();
    const token = member(data, 'token');
    return typeof token === 'string' ? readAccessToken(token) : undefined;
  }

  /** Ends the session and looks whether it is really gone. Resolves with true when it is. */
  async signOut(): Promise<boolean> {
    const cookie = this.browser.jar.header(Date.now()) ?? '';
    const left = await this.client.ask(this.#own('user.sign-out', succeeds()), (client) => client.signOut());
    // Without an answer it may have ended or not: this browser forgets it in both cases.
    this.#forgetSession();
    if (left === undefined) return false;
    const reply = await this.browser.send(
      { service: 'auth', operation: 'session.get-ended', expect: noSession },
      { url: this.browser.url('/api/auth/get-session'), method: 'GET', headers: { cookie } },
    );
    return reply.outcome === 'ok';
  }

  /** A session began with a request that was sent at `at`. */
  began(at: number): void {
    this.#sessionEndsAt = at + this.world.lives.sessionMs;
  }

  #forgetSession(): void {
    this.#sessionEndsAt = 0;
    this.browser.jar.forget(SESSION_COOKIE);
    this.client.forgetBearer();
  }

  /** Who was logged out signs in again, and is counted once. */
  #noticeLogout(): void {
    if (this.client.last === 'logout') this.#forgetSession();
  }

  #own(operation: string, expect: Parameters<AuthClient['ask']>[0]['expect']): Parameters<AuthClient['ask']>[0] {
    return { service: 'auth', operation, credential: this.session, expect };
  }
}
