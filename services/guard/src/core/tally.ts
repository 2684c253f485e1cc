import { GuardError, type GuardErrorCode } from './errors.js';
import type { VerifierStats } from './verifier.js';

/** Plain counters: the request path adds to them, metrics read them when they are scraped. */
export class Tally {
  accepted = 0;
  cacheHits = 0;
  unknownKids = 0;
  readonly #refused = new Map<GuardErrorCode, number>();

  hit(): void {
    this.accepted++;
    this.cacheHits++;
  }

  refuse(error: unknown): void {
    if (error instanceof GuardError) this.#refused.set(error.code, (this.#refused.get(error.code) ?? 0) + 1);
  }

  stats(cacheEntries: number, ring: VerifierStats['ring']): VerifierStats {
    return {
      accepted: this.accepted,
      cacheHits: this.cacheHits,
      cacheEntries,
      refused: Object.fromEntries(this.#refused),
      unknownKids: this.unknownKids,
      ...(ring && { ring }),
    };
  }
}
