import type { Configuration } from '../configuration.js';
import type { Fault, Rule } from '../rules.js';
import { DECLARED, GEN, type Layout, layoutOf, OP_SIZE, POD_SIZE } from './layout.js';
import { type Ring, Rings } from './rings.js';

/** Told of every successor; the bytes may be changed afterwards. */
export type Emit = (next: Uint8Array, action: string) => void;

/** What every action of the world needs: the constants, and reading and changing a packed state. */
export class Moves {
  readonly layout: Layout;
  readonly rings = new Rings();
  readonly oldAge: number;
  readonly maxDown: number;
  readonly #faults: ReadonlySet<Fault>;
  readonly #without: ReadonlySet<Rule>;

  constructor(readonly configuration: Configuration) {
    this.layout = layoutOf(configuration);
    this.oldAge = Math.max(configuration.lease, configuration.grace) + 1;
    this.maxDown = configuration.grace + 1;
    this.#faults = new Set(configuration.faults);
    this.#without = new Set(configuration.without);
  }

  readonly keeps = (rule: Rule): boolean => !this.#without.has(rule);
  readonly happens = (fault: Fault): boolean => this.#faults.has(fault);

  readonly podAt = (pod: number): number => this.layout.pod + pod * POD_SIZE;
  readonly opAt = (operator: number): number => this.layout.op + operator * OP_SIZE;
  readonly isIssuer = (pod: number): boolean => pod < this.layout.issuers;

  ring(state: Uint8Array, generation: number): Ring {
    const at = this.layout.history + 2 * (generation - 1);
    return this.rings.at((state[at] as number) * 256 + (state[at + 1] as number));
  }

  /** The ring with the highest generation. */
  truth(state: Uint8Array): Ring {
    return this.ring(state, state[GEN] as number);
  }

  append(state: Uint8Array, { id }: Ring): void {
    const generation = (state[GEN] as number) + 1;
    const at = this.layout.history + 2 * (generation - 1);
    if (at + 1 >= state.length) throw new RangeError(`generation ${generation} does not fit`);
    state[GEN] = generation;
    state[at] = id >> 8;
    state[at + 1] = id & 255;
  }

  isDeclared(state: Uint8Array, kid: number): boolean {
    return (((state[DECLARED] as number) >> kid) & 1) === 1;
  }
}

/** All subsets of a bit mask, the empty one included. */
export function* subsetsOf(mask: number): Iterable<number> {
  for (let subset = mask; ; subset = (subset - 1) & mask) {
    yield subset;
    if (subset === 0) return;
  }
}
