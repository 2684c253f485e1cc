import { Worker } from 'node:worker_threads';
import type { Ledger } from '../ledger/columns.js';
import type { CrowdOptions, FromCrowd, ToCrowd } from './worker-messages.js';

export interface Crowd {
  /** Requests that have ended so far, a moment ago. */
  readonly requests: number;
  /** Moves what was recorded so far into the ledger. */
  collect(): Promise<void>;
  /** Lets everybody finish the request under way; everything is in the ledger then. A second call waits for the first. */
  stop(): Promise<void>;
}

/** Lets a crowd loose on a platform, in a thread of its own. What it records goes to `ledger` on `collect` and `stop`. */
export function startCrowd(options: CrowdOptions, ledger: Ledger): Crowd {
  const thread = new Worker(new URL('./worker.js', import.meta.url), { workerData: options });
  let requests = 0;
  let failed: Error | undefined;
  const waiting: { last: boolean; resolve: () => void; reject: (error: Error) => void }[] = [];

  const fail = (error: Error): void => {
    failed = error;
    for (const { reject } of waiting.splice(0)) reject(error);
  };
  thread.on('error', fail);
  thread.on('message', (message: FromCrowd) => {
    if (message.kind === 'progress') requests = message.requests;
    else {
      ledger.absorb(message.columns);
      const answered = waiting.filter(({ last }) => message.last || !last);
      for (const waiter of answered) waiting.splice(waiting.indexOf(waiter), 1)[0]?.resolve();
    }
  });

  const ask = (message: ToCrowd): Promise<void> =>
    new Promise((resolve, reject) => {
      if (failed) reject(failed);
      else {
        waiting.push({ last: message === 'stop', resolve, reject });
        thread.postMessage(message, []);
      }
    });
  let stopped: Promise<void> | undefined;
  return {
    get requests() {
      return requests;
    },
    collect: () => ask('collect'),
    stop: () => (stopped ??= ask('stop')),
  };
}
