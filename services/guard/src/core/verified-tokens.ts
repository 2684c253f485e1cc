import { hash } from 'node:crypto';
import type { Principal } from './principal.js';

interface Entry {
  readonly principal: Principal;
  /** Epoch milliseconds. */
  readonly until: number;
  /** Asked for since it was last passed over. */
  used: boolean;
}

/**
 * Credentials that were verified, bounded. The key is a hash over the whole credential: no raw token is kept, and a
 * credential with another signature is another entry.
 *
 * What goes first is what was not asked for lately, by second chance: a hit only sets a mark, which costs less than
 * keeping an order, and an entry that has one is passed over once.
 */
export class VerifiedTokens {
  readonly #entries = new Map<string, Entry>();

  /** @param limit entries; 0 switches the cache off. */
  constructor(private readonly limit: number) {}

  get(credential: string, now: number): Principal | undefined {
    if (this.#entries.size === 0) return undefined;
    const entry = this.#entries.get(keyOf(credential));
    if (entry === undefined || now >= entry.until) return undefined;
    entry.used = true;
    return entry.principal;
  }

  /** @param until epoch milliseconds at which the entry ends. */
  set(credential: string, principal: Principal, until: number): void {
    if (this.limit === 0) return;
    const key = keyOf(credential);
    this.#entries.delete(key);
    if (this.#entries.size >= this.limit) this.#makeRoom();
    this.#entries.set(key, { principal, until, used: false });
  }

  get size(): number {
    return this.#entries.size;
  }

  clear(): void {
    this.#entries.clear();
  }

  /** The map is in order of insertion; passing over moves an entry to its end, without the mark, so this ends. */
  #makeRoom(): void {
    for (const [key, entry] of this.#entries) {
      this.#entries.delete(key);
      if (!entry.used) return;
      entry.used = false;
      this.#entries.set(key, entry);
    }
  }
}

/** Needs no salt: a credential holds more randomness than anybody can search. */
const keyOf = (credential: string): string => hash('sha256', credential, 'base64url');
