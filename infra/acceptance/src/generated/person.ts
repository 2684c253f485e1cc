import { randomUUID } from 'node:crypto';

/** No answer ends a wait as well. */
const timeLimit = (): AbortSignal => AbortSignal.timeout(30_000);

const decoded = (part: string | undefined): Record<string, string> =>
  JSON.parse(Buffer.from(part ?? '', 'base64url').toString()) as Record<string, string>;

export const kidOf = (token: string): string => decoded(token.split('.')[0])['kid'] ?? '';

/** Someone with a session, who asks services with whatever token the test says. */
export class Person {
  private constructor(
    private readonly origin: string,
    readonly name: string,
    private readonly userId: string,
    /** The session, as a browser sends it. */
    readonly cookie: string,
  ) {}

  /** Throws an Error with the status when the platform does not take the sign-up. */
  static async signUp(origin: string): Promise<Person> {
    const [name, password] = [randomUUID(), randomUUID()];
    const answer = await fetch(`${origin}/api/auth/sign-up/email`, {
      method: 'POST',
      signal: timeLimit(),
      headers: { 'content-type': 'application/json', origin },
      body: JSON.stringify({ email: `${name}@example.test`, password, name }),
    });
    if (!answer.ok) throw new Error(`sign-up: ${answer.status} ${await answer.text()}`);
    const { user } = (await answer.json()) as { readonly user: { readonly id: string } };
    const cookies = answer.headers.getSetCookie().map((line) => line.split(';')[0]);
    return new Person(origin, name, user.id, cookies.join('; '));
  }

  /** A new access token. */
  async token(): Promise<string> {
    const answer = await fetch(`${this.origin}/api/auth/token`, {
      signal: timeLimit(),
      headers: { cookie: this.cookie },
    });
    if (!answer.ok) throw new Error(`token: ${answer.status} ${await answer.text()}`);
    return ((await answer.json()) as { readonly token: string }).token;
  }

  /** A path of this person's own, asked with the session alone. */
  bySession(path: string): Promise<Response> {
    return fetch(`${this.origin}/api/${this.userId}/${path}`, {
      signal: timeLimit(),
      headers: { cookie: this.cookie },
    });
  }

  signOut(): Promise<Response> {
    return fetch(`${this.origin}/api/auth/sign-out`, {
      method: 'POST',
      signal: timeLimit(),
      headers: { cookie: this.cookie, origin: this.origin },
    });
  }

  /** The list of this person's records of a service. */
  list(records: string, token: string): Promise<Response> {
    return fetch(`${this.origin}/api/${this.userId}/${records}`, {
      signal: timeLimit(),
      headers: { authorization: `Bearer ${token}` },
    });
  }
}
