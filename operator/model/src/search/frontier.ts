/** The states of one level of the search, packed one after the other. */
export class Frontier {
  count = 0;
  readonly #size: number;
  #bytes: Uint8Array;

  constructor(stateSize: number) {
    this.#size = stateSize;
    this.#bytes = new Uint8Array(stateSize * 1024);
  }

  push(state: Uint8Array): void {
    const end = (this.count + 1) * this.#size;
    if (end > this.#bytes.length) {
      const grown = new Uint8Array(this.#bytes.length * 2);
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    this.#bytes.set(state, this.count * this.#size);
    this.count += 1;
  }

  /** A view of the state, valid until the next push. */
  at(index: number): Uint8Array {
    return this.#bytes.subarray(index * this.#size, (index + 1) * this.#size);
  }

  clear(): void {
    this.count = 0;
  }
}

/** A list of 32-bit numbers that grows: who was found from whom, to tell a counterexample. */
export class NumberList {
  length = 0;
  #numbers = new Uint32Array(1 << 12);

  push(value: number): void {
    if (this.length === this.#numbers.length) {
      const grown = new Uint32Array(this.#numbers.length * 2);
      grown.set(this.#numbers);
      this.#numbers = grown;
    }
    this.#numbers[this.length] = value;
    this.length += 1;
  }

  at(index: number): number {
    return this.#numbers[index] as number;
  }
}
