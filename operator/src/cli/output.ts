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
  /** Replaces what the last call drew; what is taller than the terminal ends in how many lines are missing. */
  redraw(lines: readonly string[]): void;
  error(text: string): void;
}

export interface OutputOptions {
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number };
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
      // A terminal that does not know its size says 0.
      const width = stdout.columns || 80;
      const shown = clip(lines, width, (stdout.rows || 24) - 1);
      stdout.write(`${ERASE_LINES_ABOVE(drawn)}${shown.join('\n')}\n`);
      drawn = rowsOf(shown, width);
    },
    error: (text) => void stderr.write(`${text}\n`),
  };
}

/** A line that is wider than the terminal takes several rows. */
const rowsOf = (lines: readonly string[], width: number): number =>
  lines.reduce((rows, text) => rows + Math.max(1, Math.ceil(visibleLength(text) / width)), 0);

/**
 * As many lines as fit, and how many do not. What scrolled away could not be replaced: the cursor goes up to the first row
 * of the screen and no further.
 */
function clip(lines: readonly string[], width: number, height: number): readonly string[] {
  if (rowsOf(lines, width) <= height) return lines;
  const shown = lines.slice(0, -1);
  while (shown.length > 0 && rowsOf(shown, width) > height - 1) shown.pop();
  const more = lines.length - shown.length;
  return [...shown, `… ${more} more ${more === 1 ? 'line' : 'lines'}`];
}

/** Columns that a text takes, colour codes aside. */
export const visibleLength = (text: string): number => stripVTControlCharacters(text).length;
