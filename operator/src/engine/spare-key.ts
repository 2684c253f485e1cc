import type { RingAlgorithm } from '@keyturn/keyring/document';
import { generateKey } from '../keys/index.js';
import type { FreshKey } from '../planner/index.js';

/**
 * One fresh key made in advance, in memory only: an RSA pair takes a second to make, and a revocation must not wait
 * for it.
 */
export class SpareKey {
  private ready: { readonly algorithm: RingAlgorithm; readonly key: Promise<FreshKey> } | undefined;

  /** Begins to make a key unless one is there. */
  prepare(algorithm: RingAlgorithm): void {
    if (this.ready?.algorithm === algorithm) return;
    const key = generateKey(algorithm);
    // Whoever takes it hears of the failure.
    key.catch(() => undefined);
    this.ready = { algorithm, key };
  }

  /** As many keys as asked for; each is given out once. */
  async take(algorithm: RingAlgorithm, count: number): Promise<FreshKey[]> {
    const keys: FreshKey[] = [];
    for (let index = 0; index < count; index++) {
      const { ready } = this;
      this.ready = undefined;
      keys.push(await (ready?.algorithm === algorithm ? ready.key : generateKey(algorithm)));
    }
    return keys;
  }
}
