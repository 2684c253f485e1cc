import type { AnyRingDocument } from '../document/document.js';
import { KeyringError } from '../document/errors.js';
import type { HttpSource } from '../sources/http-source.js';
import { shareNextRead } from '../sources/next-read.js';
import type { TruthReader } from '../truth.js';

/** What a read brought. Undefined `document`: the ring does not exist there (yet). */
export interface Reading {
  readonly document: AnyRingDocument | undefined;
  /** Whether it rests on a read of the truth that began after the call (P1). */
  readonly confirming: boolean;
}

/** A way to ask for the ring. */
export interface Channel {
  /** A confirming read. */
  confirm(signal: AbortSignal): Promise<Reading>;
  /** A cheaper read that may bring something newer, if the channel has one. */
  look?(signal: AbortSignal): Promise<Reading>;
}

/** The truth itself: every read confirms. Concurrent callers share the next read. */
export const truthChannel = (truth: TruthReader, ring: string, timeoutMs: number, stopped: AbortSignal): Channel => {
  const read = shareNextRead(async (): Promise<Reading> => {
    const signal = AbortSignal.any([stopped, AbortSignal.timeout(timeoutMs)]);
    return { document: await within(truth.read(ring, signal), signal, ring), confirming: true };
  });
  return { confirm: read };
};

/** A reader that ignores its signal must not hold up the process. */
const within = <T>(work: Promise<T>, signal: AbortSignal, ring: string): Promise<T> =>
  new Promise((resolve, reject) => {
    const late = (): void =>
      reject(new KeyringError('ERR_TRUTH_UNREADABLE', `the truth of ring ${ring} was not read in time`, { ring }));
    signal.addEventListener('abort', late, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', late));
  });

/** Document servers. */
export const httpChannel = (source: HttpSource): Channel => ({
  confirm: async (signal) => ({ document: await source.fetch({ confirm: true, signal }), confirming: true }),
  look: async (signal) => ({ document: await source.fetch({ signal }), confirming: false }),
});

/** The first channel that answers; the error of the last one when none does. */
export const firstOf = async (
  channels: readonly Channel[],
  ask: (channel: Channel) => Promise<Reading>,
): Promise<Reading> => {
  let failure: unknown;
  for (const channel of channels) {
    try {
      return await ask(channel);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
};
