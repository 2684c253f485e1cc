import { followed, member } from '../expectations.js';
import { fingerprint } from '../credential.js';
import { between, type Person, type World } from '../world.js';
import { MARGIN_MS, Visitor } from './visitor.js';

const MAIL_WAIT_MS = 100;

/** Signs up, reads the mail late, and follows the link to verify the address; then the next newcomer does. */
export class Newcomer implements Person {
  #visitor: Visitor | undefined;
  #link: URL | undefined;
  #linkEndsAt = 0;
  #refused = false;

  constructor(readonly world: World) {}

  async step(): Promise<boolean> {
    if (!this.#visitor) return this.#signUp();
    if (!this.#link) return this.#readMail(this.#visitor);
    // One that could not be followed before its end, or was refused, is not tried again: the next newcomer comes.
    const usable = Date.now() < this.#linkEndsAt - MARGIN_MS;
    const done = usable && (await this.#follow(this.#visitor, this.#link));
    const over = done || !usable || this.#refused;
    if (over) this.#visitor = this.#link = undefined;
    return done;
  }

  async #signUp(): Promise<boolean> {
    const visitor = new Visitor(this.world);
    const signedUpAt = Date.now();
    if (!(await visitor.signUp())) return false;
    this.#visitor = visitor;
    this.#linkEndsAt = signedUpAt + this.world.lives.mailLinkMs;
    return true;
  }

  async #readMail(visitor: Visitor): Promise<boolean> {
    this.#link = await this.world.mailbox.newestLink(visitor.email);
    await this.world.sleep(this.#link ? between(0.1, 0.75) * this.world.lives.mailLinkMs : MAIL_WAIT_MS);
    return true;
  }

  async #follow(visitor: Visitor, link: URL): Promise<boolean> {
    const credential = {
      fingerprint: fingerprint(link.searchParams.get('token') ?? ''),
      kid: '',
      endsAt: this.#linkEndsAt,
    };
    const call = { service: 'auth', operation: 'mail-link.follow', credential, expect: followed } as const;
    const reply = await visitor.browser.send(call, { url: link, method: 'GET' });
    this.#refused = reply.outcome === 'logout';
    if (reply.outcome !== 'ok' || !visitor.signedIn) return reply.outcome === 'ok';
    return member(await visitor.getSession(), 'user', 'emailVerified') === true;
  }
}
