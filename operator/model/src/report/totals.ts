import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

interface Named {
  readonly name: string;
  readonly reason: string;
}

export interface Totals {
  readonly suite: string;
  readonly passed: number;
  readonly failed: number;
  readonly failures: readonly Named[];
  readonly skipped: readonly Named[];
}

/** Writes the totals for whoever adds them up. */
export function writeTotals(file: string | undefined, totals: Totals): void {
  if (file === undefined) return;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(totals, null, 2)}\n`);
}
