const FIRST_MS = 1_000;
const LONGEST_MS = 5 * 60_000;

/**
 * How long to wait after the n-th failed attempt (from 1), milliseconds: 1 s, 2 s, 4 s … at most 5 min, each up to a fifth
 * shorter, so that what failed together does not come back together. `random` is from [0, 1).
 */
export const backOffMs = (failures: number, random: number): number =>
  Math.round(Math.min(FIRST_MS * 2 ** Math.min(failures - 1, 30), LONGEST_MS) * (1 - 0.2 * random));
