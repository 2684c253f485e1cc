import { between, type World } from '../world.js';
import { AccountHolder } from './account-holder.js';

/** Signs in without being remembered, stays for a while, and signs out, after which the session must be gone. */
export class PasserBy extends AccountHolder {
  readonly #thinkMs: number;
  #left = 0;

  constructor(world: World, thinkMs: number) {
    super(world);
    this.#thinkMs = thinkMs;
  }

  protected override enter(): Promise<boolean> {
    this.#left = 8;
    return this.visitor.signIn({ remember: false });
  }

  protected override async work(): Promise<boolean> {
    await this.world.sleep(between(0.5, 1.5) * this.#thinkMs);
    if (this.#left-- > 0) return (await this.visitor.getSession()) !== undefined;
    return this.visitor.signOut();
  }
}
