import type { Reply, Request } from '../browser.js';
import type { AccessToken } from '../credential.js';
import { type Expectation, member, succeeds } from '../expectations.js';
import { between, type World } from '../world.js';
import { AccountHolder } from './account-holder.js';

/** Half of the tokens are used until they are as near to their end as this; the drain must last for all of it. */
const RENEW_BEFORE_MS = 2_000;
const MOST_TASKS = 10;

/** Works with tasks behind the guard: mostly reads, now and then writes, with one token for as long as it lasts. */
export class Worker extends AccountHolder {
  readonly #thinkMs: number;
  readonly #tasks: string[] = [];
  #token: AccessToken | undefined;
  #renewAt = 0;

  constructor(world: World, thinkMs: number) {
    super(world);
    this.#thinkMs = thinkMs;
  }

  override async step(): Promise<boolean> {
    const token = this.#token;
    if (!token || Date.now() > this.#renewAt) return super.step();
    await this.world.sleep(between(0, 2) * this.#thinkMs);
    return this.#useTasks(token);
  }

  protected override async work(): Promise<boolean> {
    const token = await this.visitor.getToken();
    this.#token = token;
    if (!token) return false;
    // The other half is renewed earlier, so that every key gets to sign for somebody.
    const last = token.endsAt - RENEW_BEFORE_MS;
    this.#renewAt = Math.random() < 0.5 ? last : between(Date.now(), last);
    return true;
  }

  async #useTasks(token: AccessToken): Promise<boolean> {
    const dice = Math.random();
    const [first] = this.#tasks;
    if (dice < 0.8) return this.#send(token, 'tasks.list', { method: 'GET' }, '?limit=5');
    if (first === undefined || (dice < 0.85 && this.#tasks.length < MOST_TASKS)) return this.#create(token);
    const path = `/${first}`;
    if (dice < 0.91) return this.#send(token, 'tasks.get', { method: 'GET' }, path, isTask(first));
    if (dice < 0.95)
      return this.#send(token, 'tasks.put', { method: 'PUT', body: { title: 'Again' } }, path, isTask(first));
    if (dice < 0.98) return this.#send(token, 'tasks.complete', { method: 'PATCH' }, `${path}/complete`, isTask(first));
    return this.#remove(token, first);
  }

  async #create(token: AccessToken): Promise<boolean> {
    const expect = (body: unknown): boolean => typeof member(body, 'id') === 'string';
    const reply = await this.#request(
      token,
      'tasks.create',
      { method: 'POST', body: { title: 'Something' } },
      '',
      succeeds(expect),
    );
    if (reply.outcome === 'ok') this.#tasks.push(member(reply.body, 'id') as string);
    return reply.outcome === 'ok';
  }

  async #remove(token: AccessToken, id: string): Promise<boolean> {
    this.#tasks.shift();
    return this.#send(token, 'tasks.delete', { method: 'DELETE' }, `/${id}`);
  }

  async #send(
    token: AccessToken,
    operation: string,
    request: Omit<Request, 'url'>,
    path: string,
    check?: (body: unknown) => boolean,
  ): Promise<boolean> {
    return (await this.#request(token, operation, request, path, succeeds(check))).outcome === 'ok';
  }

  /** A refused token is thrown away, as a client does, and a new one is asked for with the session. */
  async #request(
    token: AccessToken,
    operation: string,
    request: Omit<Request, 'url'>,
    path: string,
    expect: Expectation,
  ): Promise<Reply> {
    const reply = await this.visitor.browser.send(
      { service: 'tasks', operation, credential: token, expect },
      {
        ...request,
        url: this.visitor.browser.url(`/api/${token.sub}/tasks${path}`),
        headers: { authorization: `Bearer ${token.value}` },
      },
    );
    if (reply.status === 401) this.#token = undefined;
    return reply;
  }
}

const isTask =
  (id: string) =>
  (body: unknown): boolean =>
    member(body, 'id') === id;
