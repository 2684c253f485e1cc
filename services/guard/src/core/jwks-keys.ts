import type { JwksSource, PublicJwk } from '@keyturn/keyring';
import { type AcceptSet, acceptSetOfJwks, NO_KEYS } from './accept-set.js';
import { keySourceUnavailable } from './errors.js';
import type { Flush, KeySupply } from './key-supply.js';

/** The published keys of an issuer that is not ours. The source fetches them; a set that it replaced is a new one. */
export class JwksKeys implements KeySupply {
  #accept = NO_KEYS;
  #published: ReadonlyMap<string, PublicJwk> | undefined;
  #since = 0;

  constructor(
    readonly name: string,
    private readonly source: JwksSource,
    private readonly clockSkewMs: number,
    private readonly flush: Flush,
    private readonly now: () => number,
  ) {}

  ready(): boolean {
    if (!this.source.ready()) return false;
    this.#follow();
    return true;
  }

  usable(): AcceptSet {
    try {
      this.#follow();
    } catch (error) {
      throw keySourceUnavailable(error);
    }
    return this.#accept;
  }

  async ask(kid: string): Promise<void> {
    try {
      await this.source.find(kid);
    } catch (error) {
      throw keySourceUnavailable(error);
    }
  }

  state(): { generation: number; since: number } | undefined {
    const { generation } = this.#accept;
    return generation < 0 ? undefined : { generation, since: this.#since };
  }

  close(): void {}

  /** Takes the set that is published now; sets are counted, since they have no generation of their own. */
  #follow(): void {
    const published = this.source.keys();
    if (published === this.#published) return;
    this.#accept = acceptSetOfJwks(published, this.#accept.generation + 1, this.clockSkewMs);
    this.#published = published;
    this.#since = this.now();
    this.flush();
  }
}
