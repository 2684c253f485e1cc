import { between, type World } from '../world.js';
import { AccountHolder } from './account-holder.js';
import type { VisitorOptions } from './visitor.js';

/** Stays signed in and asks for the session and for tokens, by cookie or by bearer token. */
export class Member extends AccountHolder {
  readonly #thinkMs: number;

  constructor(world: World, thinkMs: number, options?: VisitorOptions) {
    super(world, options);
    this.#thinkMs = thinkMs;
  }

  protected override async work(): Promise<boolean> {
    await this.world.sleep(between(0.5, 1.5) * this.#thinkMs);
    if (Math.random() < 0.25) return (await this.visitor.getToken()) !== undefined;
    return (await this.visitor.getSession()) !== undefined;
  }
}
