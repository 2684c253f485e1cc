import { type AnyRingDocument, KeyringError, type LoadedRing } from '@keyturn/keyring';
import { buildGeneration, type Generation } from './generation.js';
import type { BetterAuthParts } from './options.js';
import { type KnownSecrets, knownSecrets, ringSecrets } from './ring-secrets.js';

/**
 * The instance that serves now, and the older ones that still end what they began. `load` is the ring's listener: it
 * returns after the swap, so the receipt that follows tells the truth.
 */
export class Generations {
  private now: Generation | undefined;
  private loaded: AnyRingDocument | undefined;
  private older: Generation[] = [];
  private turn: Promise<void> = Promise.resolve();

  constructor(
    private readonly parts: BetterAuthParts,
    private readonly name: string,
  ) {}

  /** Loads come one after the other, in the order in which they were asked for. */
  load({ document }: LoadedRing): Promise<void> {
    return this.inTurn(() => this.swap(document));
  }

  /** Builds the instance for the same ring anew, since something else that it is made of has changed. */
  refresh(): Promise<void> {
    return this.inTurn(async () => {
      if (this.loaded) await this.swap(this.loaded);
    });
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.turn.then(work);
    this.turn = done.catch(() => undefined);
    return done;
  }

  /** Builds the instance first, swaps in one assignment after. */
  private async swap(document: AnyRingDocument): Promise<void> {
    const secrets = ringSecrets(document);
    const next = secrets && (await buildGeneration(this.parts, secrets));
    this.older = [...this.older, ...(this.now ? [this.now] : [])].filter(({ requests }) => !requests.idle);
    this.now = next;
    this.loaded = document;
  }

  /** What serves now; undefined when no ring is loaded or none of its keys may sign. */
  serving(): Generation | undefined {
    return this.now;
  }

  /** The secrets of the ring in use, also when none of them may sign. Throws KeyringError ERR_RING_UNAVAILABLE. */
  ring(): KnownSecrets {
    if (this.loaded) return knownSecrets(this.loaded);
    throw new KeyringError('ERR_RING_UNAVAILABLE', `ring ${this.name} is not loaded`, { ring: this.name });
  }

  /** Resolves once every request that began on an older instance has ended. */
  async olderEnded(): Promise<void> {
    await Promise.all(this.older.map(({ requests }) => requests.ended()));
  }
}
