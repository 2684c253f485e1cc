/**
 * A set of 64-bit fingerprints in typed arrays: 8 bytes an entry, no limit of 16 M entries as in a Map. As in TLC, two
 * states with one fingerprint would be taken for one; with n states the chance is about n² / 2^65.
 */
export class FingerprintSet {
  size = 0;
  #mask: number;
  #high: Uint32Array;
  #low: Uint32Array;

  constructor(bits = 16) {
    this.#mask = 2 ** bits - 1;
    this.#high = new Uint32Array(2 ** bits);
    this.#low = new Uint32Array(2 ** bits);
  }

  /** Adds the fingerprint of `bytes`; false when it was there already. */
  add(bytes: Uint8Array): boolean {
    const [high, low] = fingerprint(bytes);
    if (!this.#insert(high, low)) return false;
    this.size += 1;
    if (this.size > this.#mask * 0.7) this.#grow();
    return true;
  }

  #insert(high: number, low: number): boolean {
    let slot = (low ^ (high >>> 7)) & this.#mask;
    while (this.#high[slot] !== 0) {
      if (this.#high[slot] === high && this.#low[slot] === low) return false;
      slot = (slot + 1) & this.#mask;
    }
    this.#high[slot] = high;
    this.#low[slot] = low;
    return true;
  }

  #grow(): void {
    const high = this.#high;
    const low = this.#low;
    this.#mask = this.#mask * 2 + 1;
    this.#high = new Uint32Array(this.#mask + 1);
    this.#low = new Uint32Array(this.#mask + 1);
    for (let slot = 0; slot < high.length; slot++) {
      if (high[slot] !== 0) this.#insert(high[slot] as number, low[slot] as number);
    }
  }
}

const result: [number, number] = [0, 0];

/** cyrb53's mixing at full width. The high word is never 0, which marks an empty slot. The tuple is reused. */
export function fingerprint(bytes: Uint8Array): readonly [number, number] {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index] as number;
    a = Math.imul(a ^ byte, 2654435761);
    a ^= a >>> 15;
    b = Math.imul(b ^ byte, 1597334677);
    b ^= b >>> 13;
  }
  const first = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  const second = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(first ^ (first >>> 13), 3266489909);
  result[0] = second >>> 0 || 1;
  result[1] = first >>> 0;
  return result;
}
