import type { RingDocument } from '../document/document.js';
import { KeyringError } from '../document/errors.js';
import type { TruthReader } from '../truth.js';

/** The truth in this process, with the faults that a real one has. */
export interface TestTruth extends TruthReader {
  /** Reads begun so far. */
  reads(): number;
  /** From now on reads fail with ERR_TRUTH_UNREADABLE. */
  fail(): void;
  /** Reads that begin from now on wait until `heal`. */
  hang(): void;
  /** Ends `fail` and `hang`. */
  heal(): void;
}

/** `current` is asked when a read begins, as a quorum read would answer. Other rings do not exist. */
export const createTestTruth = (current: () => RingDocument | undefined): TestTruth => {
  let reads = 0;
  let failing = false;
  let held: { promise: Promise<void>; release: () => void } | undefined;
  return {
    read: async (ring) => {
      reads += 1;
      if (failing) throw new KeyringError('ERR_TRUTH_UNREADABLE', `the truth of ring ${ring} cannot be read`, { ring });
      const document = current();
      await held?.promise;
      return document?.ring === ring ? document : undefined;
    },
    reads: () => reads,
    fail: () => {
      failing = true;
    },
    hang: () => {
      let release = (): void => undefined;
      const promise = new Promise<void>((resolve) => {
        release = resolve;
      });
      held = { promise, release };
    },
    heal: () => {
      failing = false;
      held?.release();
      held = undefined;
    },
  };
};
