import { parentPort, workerData } from 'node:worker_threads';
import { buffersOf } from '../ledger/columns.js';
import { keepBusy, sizeOf } from './crowd.js';
import { httpMailbox } from './http-mailbox.js';
import { Recording } from './recording.js';
import { connections, type World } from './world.js';
import type { CrowdOptions, FromCrowd, ToCrowd } from './worker-messages.js';

/** The crowd's thread: its event loop belongs to the users alone, so latencies are theirs and not the test's. */
const PROGRESS_MS = 200;

const { origin, mailUrl, lives, plan } = workerData as CrowdOptions;
const port = parentPort;
if (!port) throw new Error('This module is the crowd’s thread; call startCrowd instead.');

const stopping = new AbortController();
const recording = new Recording();

const sleep = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    if (stopping.signal.aborted) {
      resolve();
      return;
    }
    const wake = (): void => {
      clearTimeout(timer);
      stopping.signal.removeEventListener('abort', wake);
      resolve();
    };
    const timer = setTimeout(wake, ms);
    stopping.signal.addEventListener('abort', wake, { once: true });
  });

const post = (message: FromCrowd): void => {
  port.postMessage(message, message.kind === 'columns' ? buffersOf(message.columns) : []);
};

const dispatcher = connections(sizeOf(plan));
const world: World = { origin, lives, ledger: recording, dispatcher, mailbox: httpMailbox(mailUrl), sleep };
const progress = setInterval(() => post({ kind: 'progress', requests: recording.total }), PROGRESS_MS);

port.on('message', (message: ToCrowd) => {
  if (message === 'stop') stopping.abort();
  else post({ kind: 'columns', columns: recording.take(), last: false });
});

await keepBusy(plan, world, stopping.signal);
clearInterval(progress);
await dispatcher.close();
post({ kind: 'columns', columns: recording.take(), last: true });
port.close();
