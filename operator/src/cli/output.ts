import type { Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { createColors } from 'picocolors';

export type Paint = ReturnType<typeof createColors>;

export interface Output {
  readonly paint: Paint;
  readonly json: boolean;
  /** Whether lines may be redrawn in place. */
  readonly live: boolean;
  line(text?: string): void;
  record(value: unknown): void;
  /** Replaces what the last call drew. */
  redraw(lines: readonly string[]): void;
  error(text: string): void;
}

export interface OutputOptions {
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: Writable;
  readonly json: boolean;
  readonly color: boolean;
}

const ERASE_LINES_ABOVE = (count: number): string => (count === 0 ? '' : `\u001b[${count}A\u001b[0J`);

export function createOutput({ stdout, stderr, json, color }: OutputOptions): Output {
  let drawn = 0;
  return {
    paint: createColors(color),
    json,
    live: stdout.isTTY === true && !json,
    line: (text = '') => {
      drawn = 0;
      stdout.write(`${text}\n`);
    },
    record: (value) => void stdout.write(`${JSON.stringify(value)}\n`),
    redraw: (lines) => {
      const width = stdout.columns ?? 80;
      stdout.write(`${ERASE_LINES_ABOVE(drawn)}${lines.join('\n')}\n`);
      // A line that is wider than the terminal takes several rows.
      drawn = lines.reduce((rows, text) => rows + Math.max(1, Math.ceil(visibleLength(text) / width)), 0);
    },
    error: (text) => void stderr.write(`${text}\n`),
  };
}

/** Columns that a text takes, colour codes aside. */
export const visibleLength = (text: string): number => stripVTControlCharacters(text).length;
