import { Browser } from '../browser.js';
import { succeeds } from '../expectations.js';
import { between, type Person, type World } from '../world.js';

/** Somebody without an account, who opens a page of the front end again and again. */
export class Reader implements Person {
  readonly #browser: Browser;

  constructor(
    private readonly world: World,
    private readonly thinkMs: number,
  ) {
    this.#browser = new Browser(world);
  }

  async step(): Promise<boolean> {
    await this.world.sleep(between(0.5, 1.5) * this.thinkMs);
    const expect = succeeds((body) => typeof body === 'string' && body.includes('</html>'));
    const call = { service: 'web', operation: 'page.read', expect } as const;
    const { outcome } = await this.#browser.send(call, { url: this.#browser.url('/en/sign-in'), method: 'GET' });
    return outcome === 'ok';
  }
}
