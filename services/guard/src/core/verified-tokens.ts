import { hash, randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Principal } from './principal.js';

interface Entry {
  readonly principal: Principal;
  /** Epoch milliseconds. */
  readonly until: number;
}

/**
 * Credentials that were verified, bounded, least recently used out first. The key is a salted hash over the whole
 * credential: no raw token is kept, and a credential with another signature is another entry.
 */
export class VerifiedTokens {
  readonly #salt = randomBytes(16).toString('base64url');
  readonly #entries: LRUCache<string, Entry> | undefined;

  /** @param size entries; 0 switches the cache off. */
  constructor(size: number) {
    this.#entries = size > 0 ? new LRUCache({ max: size }) : undefined;
  }

  get(credential: string, now: number): Principal | undefined {
    if (this.#entries === undefined || this.#entries.size === 0) return undefined;
    const key = this.#key(credential);
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (now < entry.until) return entry.principal;
    this.#entries.delete(key);
    return undefined;
  }

  /** @param until epoch milliseconds at which the entry ends. */
  set(credential: string, principal: Principal, until: number): void {
    this.#entries?.set(this.#key(credential), { principal, until });
  }

  get size(): number {
    return this.#entries?.size ?? 0;
  }

  clear(): void {
    this.#entries?.clear();
  }

  #key(credential: string): string {
    return hash('sha256', this.#salt + credential, 'base64url');
  }
}
