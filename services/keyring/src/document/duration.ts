/**
 * Durations on the wire are text: `30s`, `15m`, `1h30m`, `1500ms`. Units from large to small, each at most once.
 * In memory they are milliseconds, and the field name says so.
 */
const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
] as const;

const FORM = /^(?=\d)(?:(\d{1,16})d)?(?:(\d{1,16})h)?(?:(\d{1,16})m)?(?:(\d{1,16})s)?(?:(\d{1,16})ms)?$/;

/** What an error message says about the form that is expected. */
export const DURATION_RULE = 'must be a duration such as "1500ms", "30s", "15m" or "1h30m"';

/** Milliseconds; undefined when the text is no duration or too long to be exact. */
export const parseDuration = (text: string): number | undefined => {
  const parts = FORM.exec(text);
  if (!parts) return undefined;
  const ms = UNITS.reduce((sum, [, size], at) => sum + Number(parts[at + 1] ?? 0) * size, 0);
  return Number.isSafeInteger(ms) ? ms : undefined;
};

/** The shortest text with one unit; hours are the largest, as in Kubernetes. `ms` is a whole number, 0 or more. */
export const formatDuration = (ms: number): string => {
  if (!Number.isSafeInteger(ms) || ms < 0)
    throw new TypeError('a duration is a whole number of milliseconds, 0 or more');
  if (ms === 0) return '0s';
  const [unit, size] = UNITS.slice(1).find(([, size]) => ms % size === 0) ?? ['ms', 1];
  return `${ms / size}${unit}`;
};
