import { KeyringError, type LoadedRing, type RingView } from '@keyturn/keyring';
import { type AcceptSet, acceptSetOf, NO_KEYS } from './accept-set.js';
import { keySourceUnavailable } from './errors.js';
import type { Flush, KeySupply } from './key-supply.js';

/** The keys of a ring, as its node loads them. */
export class RingKeys implements KeySupply {
  readonly name: string;
  readonly #stopListening: () => void;
  #accept = NO_KEYS;
  #since = 0;

  constructor(
    private readonly node: RingView,
    private readonly flush: Flush,
    private readonly now: () => number,
  ) {
    this.name = node.ring;
    this.#stopListening = node.onChange((next) => this.#load(next));
  }

  ready(): boolean {
    if (!this.node.ready()) return false;
    this.#follow();
    return true;
  }

  usable(): AcceptSet {
    try {
      this.#follow();
      if (!this.node.ready()) throw new KeyringError('ERR_RING_UNAVAILABLE', 'the start is not confirmed yet');
    } catch (error) {
      throw keySourceUnavailable(error);
    }
    return this.#accept;
  }

  async ask(kid: string): Promise<void> {
    try {
      await this.node.refreshForUnknownKid(kid);
    } catch (error) {
      throw keySourceUnavailable(error);
    }
  }

  state(): { generation: number; since: number } | undefined {
    const { generation } = this.#accept;
    return generation < 0 ? undefined : { generation, since: this.#since };
  }

  close(): void {
    this.#stopListening();
  }

  /** The ring in use is the one that counts, though the listener was not called for it yet. Throws what `require` throws. */
  #follow(): void {
    const ring = this.node.require();
    if (ring.generation > this.#accept.generation) this.#load(ring);
  }

  /**
   * Swap, then flush, in one turn of the event loop: nobody sees the new keys with the old cache (rule P2). A listener
   * that is called late must not bring an older ring back.
   */
  #load(ring: LoadedRing): void {
    if (ring.generation < this.#accept.generation) return;
    this.#accept = acceptSetOf(ring.document);
    this.#since = this.now();
    this.flush();
  }
}
