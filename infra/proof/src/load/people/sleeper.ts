import { between, type World } from '../world.js';
import { AccountHolder } from './account-holder.js';
import type { VisitorOptions } from './visitor.js';

/**
 * Comes back when the session is nearly over: what it was signed with has been replaced many times by then. With
 * `remember` false the browser stays open meanwhile, and the session counts for as long as the issuer says that it lasts.
 */
export class Sleeper extends AccountHolder {
  readonly #remember: boolean;
  #begun = false;

  constructor(world: World, { remember = true, ...options }: VisitorOptions & { readonly remember?: boolean } = {}) {
    super(world, options);
    this.#remember = remember;
  }

  protected override enter(): Promise<boolean> {
    return this.visitor.signIn({ remember: this.#remember });
  }

  protected override async work(): Promise<boolean> {
    if (!this.#remember && !this.#begun) return this.#signInAgain();
    if (!(await this.visitor.getSession())) return false;
    const { sessionMs } = this.world.lives;
    await this.world.sleep(between(0.6, 0.9) * Math.min(this.visitor.sessionLeftMs, 2 * sessionMs));
    return true;
  }

  /** A sign-up is always remembered, so who does not want that signs out and in once. */
  async #signInAgain(): Promise<boolean> {
    this.#begun = await this.visitor.signOut();
    return this.#begun;
  }
}
