import { type Entry, OUTCOMES, type Outcome, type Service } from './entry.js';

type Numbers =
  | Float64Array<ArrayBuffer>
  | Float32Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>;

const TEXT_COLUMNS = ['service', 'operation', 'credential', 'kid', 'replica', 'detail'] as const;
type TextColumn = (typeof TEXT_COLUMNS)[number];

/** A text column stores each distinct text once and a number for each row. */
interface Texts {
  readonly values: string[];
  readonly rows: Uint32Array<ArrayBuffer>;
}

/** A ledger as it travels between threads: transfer `buffersOf(columns)` and nothing is copied. */
export interface LedgerColumns {
  readonly length: number;
  readonly at: Float64Array<ArrayBuffer>;
  readonly latencyMs: Float32Array<ArrayBuffer>;
  readonly status: Uint16Array<ArrayBuffer>;
  readonly outcome: Uint8Array<ArrayBuffer>;
  readonly texts: Readonly<Record<TextColumn, Texts>>;
}

const grown = <T extends Numbers>(array: T, capacity: number): T => {
  const next = new (array.constructor as new (length: number) => T)(capacity);
  next.set(array);
  return next;
};

class TextTable {
  readonly values: string[] = [];
  readonly #numbers = new Map<string, number>();

  constructor(values: readonly string[] = []) {
    for (const value of values) this.numberOf(value);
  }

  numberOf(value: string): number {
    const known = this.#numbers.get(value);
    if (known !== undefined) return known;
    this.#numbers.set(value, this.values.length);
    return this.values.push(value) - 1;
  }
}

/** Every request of a run, in the order in which they ended: about 40 bytes each, whatever their texts. */
export class Ledger {
  #length = 0;
  #capacity: number;
  #at: Float64Array<ArrayBuffer>;
  #latencyMs: Float32Array<ArrayBuffer>;
  #status: Uint16Array<ArrayBuffer>;
  #outcome: Uint8Array<ArrayBuffer>;
  readonly #tables = {} as Record<TextColumn, TextTable>;
  readonly #rows = {} as Record<TextColumn, Uint32Array<ArrayBuffer>>;

  constructor(capacity = 1024) {
    this.#capacity = Math.max(1, capacity);
    this.#at = new Float64Array(this.#capacity);
    this.#latencyMs = new Float32Array(this.#capacity);
    this.#status = new Uint16Array(this.#capacity);
    this.#outcome = new Uint8Array(this.#capacity);
    for (const column of TEXT_COLUMNS) {
      this.#tables[column] = new TextTable();
      this.#rows[column] = new Uint32Array(this.#capacity);
    }
  }

  get length(): number {
    return this.#length;
  }

  append(entry: Entry): void {
    if (this.#length === this.#capacity) this.#grow(this.#capacity * 2);
    const row = this.#length++;
    this.#at[row] = entry.at;
    this.#latencyMs[row] = entry.latencyMs;
    this.#status[row] = entry.status;
    this.#outcome[row] = OUTCOMES.indexOf(entry.outcome);
    for (const column of TEXT_COLUMNS) this.#rows[column][row] = this.#tables[column].numberOf(entry[column]);
  }

  /** Row `row`, 0 to length - 1. Throws a RangeError outside. */
  entry(row: number): Entry {
    if (!(row >= 0 && row < this.#length)) throw new RangeError(`The ledger has ${this.#length} rows, not row ${row}.`);
    const text = (column: TextColumn): string => this.#tables[column].values[this.#rows[column][row] as number] ?? '';
    return {
      at: this.#at[row] as number,
      latencyMs: this.#latencyMs[row] as number,
      service: text('service') as Service,
      operation: text('operation'),
      credential: text('credential'),
      kid: text('kid'),
      status: this.#status[row] as number,
      replica: text('replica'),
      outcome: OUTCOMES[this.#outcome[row] as number] as Outcome,
      detail: text('detail'),
    };
  }

  *entries(): Generator<Entry> {
    for (let row = 0; row < this.#length; row++) yield this.entry(row);
  }

  /** Only what did not end `ok`; cheap where failures are rare. */
  *failures(): Generator<Entry> {
    for (let row = 0; row < this.#length; row++) if (this.#outcome[row] !== 0) yield this.entry(row);
  }

  /** Times and latencies without their rows' texts, for statistics over all rows. */
  timings(): { readonly at: Float64Array; readonly latencyMs: Float32Array } {
    return { at: this.#at.subarray(0, this.#length), latencyMs: this.#latencyMs.subarray(0, this.#length) };
  }

  columns(): LedgerColumns {
    const texts = {} as Record<TextColumn, Texts>;
    for (const column of TEXT_COLUMNS) {
      texts[column] = { values: this.#tables[column].values, rows: this.#rows[column].slice(0, this.#length) };
    }
    return {
      length: this.#length,
      at: this.#at.slice(0, this.#length),
      latencyMs: this.#latencyMs.slice(0, this.#length),
      status: this.#status.slice(0, this.#length),
      outcome: this.#outcome.slice(0, this.#length),
      texts,
    };
  }

  /** Appends what another thread recorded. */
  absorb(columns: LedgerColumns): void {
    const from = this.#length;
    if (from + columns.length > this.#capacity) this.#grow(Math.max(this.#capacity * 2, from + columns.length));
    this.#at.set(columns.at, from);
    this.#latencyMs.set(columns.latencyMs, from);
    this.#status.set(columns.status, from);
    this.#outcome.set(columns.outcome, from);
    for (const column of TEXT_COLUMNS) {
      const { values, rows } = columns.texts[column];
      const numbers = values.map((value) => this.#tables[column].numberOf(value));
      for (let row = 0; row < columns.length; row++) {
        this.#rows[column][from + row] = numbers[rows[row] as number] as number;
      }
    }
    this.#length += columns.length;
  }

  #grow(capacity: number): void {
    this.#capacity = capacity;
    this.#at = grown(this.#at, capacity);
    this.#latencyMs = grown(this.#latencyMs, capacity);
    this.#status = grown(this.#status, capacity);
    this.#outcome = grown(this.#outcome, capacity);
    for (const column of TEXT_COLUMNS) this.#rows[column] = grown(this.#rows[column], capacity);
  }
}

export const buffersOf = (columns: LedgerColumns): ArrayBuffer[] => [
  columns.at.buffer,
  columns.latencyMs.buffer,
  columns.status.buffer,
  columns.outcome.buffer,
  ...TEXT_COLUMNS.map((column) => columns.texts[column].rows.buffer),
];
