import { between } from '../world.js';
import { AccountHolder } from './account-holder.js';

/** Comes back when the session is nearly over: what it was signed with has been replaced many times by then. */
export class Sleeper extends AccountHolder {
  protected override async work(): Promise<boolean> {
    if (!(await this.visitor.getSession())) return false;
    await this.world.sleep(between(0.6, 0.9) * this.world.lives.sessionMs);
    return true;
  }
}
