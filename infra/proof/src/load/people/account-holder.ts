import type { Person, World } from '../world.js';
import { Visitor, type VisitorOptions } from './visitor.js';

/** Signs up once, signs in again whenever no session is left, and else does what this kind of user does. */
export abstract class AccountHolder implements Person {
  protected visitor: Visitor;
  #hasAccount = false;

  constructor(
    protected readonly world: World,
    readonly options?: VisitorOptions,
  ) {
    this.visitor = new Visitor(world, options);
  }

  async step(): Promise<boolean> {
    if (!this.#hasAccount) {
      this.#hasAccount = await this.visitor.signUp();
      return this.#hasAccount || this.startOver();
    }
    return this.visitor.signedIn ? this.work() : this.enter();
  }

  /** Goes on with another account: when an answer was lost, nobody can know what became of this one. */
  protected startOver(): false {
    this.visitor = new Visitor(this.world, this.options);
    this.#hasAccount = false;
    return false;
  }

  protected enter(): Promise<boolean> {
    return this.visitor.signIn();
  }

  /** One thing that a user with a live session does. */
  protected abstract work(): Promise<boolean>;
}
