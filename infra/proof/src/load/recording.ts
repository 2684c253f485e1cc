import { Ledger, type LedgerColumns } from '../ledger/columns.js';
import type { Entry } from '../ledger/entry.js';

/** Where requests are recorded: a ledger, or something that hands one on. */
export interface EntrySink {
  append(entry: Entry): void;
}

const FIRST_ROWS = 1 << 14;

/** Records requests, and hands over what it has so far while more come in. */
export class Recording implements EntrySink {
  #rows = new Ledger(FIRST_ROWS);
  #total = 0;

  /** Requests recorded since the beginning. */
  get total(): number {
    return this.#total;
  }

  append(entry: Entry): void {
    this.#total++;
    this.#rows.append(entry);
  }

  /** Everything since the last time. */
  take(): LedgerColumns {
    const columns = this.#rows.columns();
    this.#rows = new Ledger(FIRST_ROWS);
    return columns;
  }
}
