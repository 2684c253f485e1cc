import { constants } from 'node:os';
import type { Shutdown } from '@/environment';
import { watchAnswers } from './answers';
import { setDraining } from './draining';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
type Signal = (typeof SIGNALS)[number];

/** Takes away what Next would do at once when the signal comes, to be done later. Throws an Error when there is nothing. */
const takeOver = (signal: Signal): NodeJS.SignalsListener[] => {
  const listeners = process.listeners(signal);
  if (listeners.length === 0) throw new Error(`Next does not end at ${signal}; is NEXT_MANUAL_SIG_HANDLE set?`);
  for (const listener of listeners) process.removeListener(signal, listener);
  return listeners;
};

/** Next says with its exit code which signal ended it; this was an end in order. */
const exitInOrder = (signal: Signal): void => {
  process.once('exit', (code) => {
    if (code === 128 + constants.signals[signal]) process.exitCode = 0;
  });
};

/**
 * Lets the process end without dropping a request: at the signal it is not ready any more, then every answer says
 * `connection: close` for the drain window, then Next closes its server and ends what it has begun. Exit code 0; 1 at the
 * deadline.
 */
export const drainAtSignals = ({ drainWindowMs, deadlineMs }: Shutdown): void => {
  const answers = watchAnswers();
  let stopping = false;
  for (const signal of SIGNALS) {
    const ends = takeOver(signal);
    // A terminal and a launcher may both send one: the later ones change nothing, the deadline holds in any case.
    process.on(signal, () => {
      if (stopping) return;
      stopping = true;
      setDraining();
      answers.endConnections();
      console.log(`draining for ${drainWindowMs} ms, with ${answers.underWay()} requests under way`);
      setTimeout(() => {
        console.error('requests did not end before the shutdown deadline');
        process.exit(1);
      }, deadlineMs).unref();
      setTimeout(() => {
        answers.keepNone();
        exitInOrder(signal);
        for (const end of ends) end(signal);
      }, drainWindowMs);
    });
  }
};

export const refuseToStart = (error: unknown): never => {
  console.error(`the front end cannot start: ${(error as Error).message}`);
  process.exit(1);
};
