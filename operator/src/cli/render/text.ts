import { visibleLength } from '../output.js';

/** Rows of cells as aligned lines, two spaces between columns; colour codes do not count. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, visibleLength(cell));
    });
  }
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === row.length - 1 ? cell : cell + ' '.repeat((widths[column] ?? 0) - visibleLength(cell)),
      )
      .join('  ')
      .trimEnd(),
  );
}

/** A kid, short enough for a table and long enough to be told apart. */
export const shortKid = (kid: string): string => (kid.length > 12 ? `${kid.slice(0, 11)}…` : kid);

const UNITS: readonly (readonly [number, string])[] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'm'],
  [1_000, 's'],
];

/** A duration in milliseconds for people, its two largest units: `2m 5s`. */
export function span(ms: number): string {
  let left = Math.max(0, Math.round(ms / 1000) * 1000);
  const parts: string[] = [];
  for (const [size, unit] of UNITS) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) parts.push(`${count}${unit}`);
  }
  return parts.slice(0, 2).join(' ') || '0s';
}

/** `in 2m 5s`, `3s ago`. */
export function relative(time: string | null | undefined, now: number): string {
  if (!time) return '–';
  const distance = Date.parse(time) - now;
  return distance >= 0 ? `in ${span(distance)}` : `${span(-distance)} ago`;
}
