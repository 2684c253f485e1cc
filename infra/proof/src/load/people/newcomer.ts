import { followed, member } from '../expectations.js';
import { fingerprint } from '../credential.js';
import { between, type Person, type World } from '../world.js';
import { Visitor } from './visitor.js';

const MAIL_WAIT_MS = 100;

/** Signs up, reads the mail late, and follows the link to verify the address; then the next newcomer does. */
export class Newcomer implements Person {
  #visitor: Visitor | undefined;
  #link: URL | undefined;

  constructor(readonly world: World) {}

  async step(): Promise<boolean> {
    if (!this.#visitor) return this.#signUp();
    if (!this.#link) return this.#readMail(this.#visitor);
    const done = await this.#follow(this.#visitor, this.#link);
    if (done) this.#visitor = this.#link = undefined;
    return done;
  }

  async #signUp(): Promise<boolean> {
    const visitor = new Visitor(this.world);
    if (!(await visitor.signUp())) return false;
    this.#visitor = visitor;
    return true;
  }

  async #readMail(visitor: Visitor): Promise<boolean> {
    this.#link = await this.world.mailbox.newestLink(visitor.email);
    await this.world.sleep(this.#link ? between(0.1, 0.8) * this.world.lives.mailLinkMs : MAIL_WAIT_MS);
    return true;
  }

  async #follow(visitor: Visitor, link: URL): Promise<boolean> {
    const credential = { fingerprint: fingerprint(link.searchParams.get('token') ?? ''), kid: '' };
    const call = { service: 'auth', operation: 'mail-link.follow', credential, expect: followed } as const;
    const reply = await visitor.browser.send(call, { url: link, method: 'GET' });
    if (reply.outcome !== 'ok' || !visitor.signedIn) return reply.outcome === 'ok';
    return member(await visitor.getSession(), 'user', 'emailVerified') === true;
  }
}
