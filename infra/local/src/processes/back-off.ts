/** How long a crashed process waits before it is started again, as a kubelet would, with shorter times. */
export interface BackOff {
  /** Time to wait after the next crash, milliseconds. */
  next(): number;
  /** The process has proved itself: the next crash counts as the first. */
  reset(): void;
}

const FIRST_MS = 100;
const LIMIT_MS = 15_000;

export const createBackOff = (firstMs = FIRST_MS, limitMs = LIMIT_MS): BackOff => {
  let crashes = 0;
  return {
    next: () => {
      crashes += 1;
      return Math.min(firstMs * 2 ** (crashes - 1), limitMs);
    },
    reset: () => {
      crashes = 0;
    },
  };
};
