import { member, succeeds } from '../expectations.js';
import { type Credential, sessionCredential } from '../credential.js';
import { totpCode } from '../totp.js';
import { between, type World } from '../world.js';
import { AccountHolder } from './account-holder.js';
import { MARGIN_MS } from './visitor.js';

const TRUST_COOKIE = 'trust_device';

/** Has a second factor: signs in with it once, trusts the device, and is then not asked again until it is forgotten. */
export class Careful extends AccountHolder {
  readonly #thinkMs: number;
  #uri: string | undefined;
  #visits = 0;

  constructor(world: World, thinkMs: number) {
    super(world);
    this.#thinkMs = thinkMs;
  }

  protected override async enter(): Promise<boolean> {
    if (this.#uri === undefined) return this.visitor.signIn();
    const trust = this.#trust();
    const begun = await this.visitor.signIn({ secondFactor: true, trust });
    // Each sign-in replaces the trust: without an answer the old one may be gone.
    if (!begun) this.visitor.browser.jar.forget(TRUST_COOKIE);
    return begun && (trust !== undefined || this.#verify(true));
  }

  /** Trust that lasts for a while; what is about to end is thrown away. */
  #trust(): Credential | undefined {
    const { jar } = this.visitor.browser;
    const value = jar.valueOf(TRUST_COOKIE, Date.now() + MARGIN_MS);
    if (value === undefined) jar.forget(TRUST_COOKIE);
    return sessionCredential(value, jar.endOf(TRUST_COOKIE) ?? 0);
  }

  protected override async work(): Promise<boolean> {
    if (this.#uri === undefined) return this.#enable();
    await this.world.sleep(between(0.5, 1.5) * this.#thinkMs);
    if (!(await this.visitor.getSession()) || !(await this.visitor.signOut())) return false;
    if (++this.#visits % 4 === 0) this.visitor.browser.jar.forget(TRUST_COOKIE);
    return true;
  }

  async #enable(): Promise<boolean> {
    const { password, session } = this.visitor;
    const expect = succeeds((body) => typeof member(body, 'totpURI') === 'string');
    const call = { service: 'auth', operation: 'two-factor.enable', credential: session, expect } as const;
    const data = await this.visitor.client.ask(call, (client) => client.twoFactor.enable({ password }));
    const uri = member(data, 'totpURI');
    if (typeof uri !== 'string') return this.startOver();
    this.#uri = uri;
    if (await this.#verify(false)) return true;
    this.#uri = undefined;
    return this.startOver();
  }

  async #verify(trustDevice: boolean): Promise<boolean> {
    const { session } = this.visitor;
    const at = Date.now();
    const code = totpCode(this.#uri ?? '', at);
    const call = { service: 'auth', operation: 'two-factor.verify', credential: session, expect: succeeds() } as const;
    const data = await this.visitor.client.ask(call, (client) => client.twoFactor.verifyTotp({ code, trustDevice }));
    if (data === undefined) return false;
    this.visitor.began(at);
    return true;
  }
}
