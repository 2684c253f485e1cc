import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Snapshot, type Sources, takeSnapshot } from './snapshot.js';

/** Sends snapshots to the pages that are open. Nothing is read while none is. */
export interface Feed {
  /** Answers with a stream of server-sent events: a snapshot at once, then one whenever it differs. */
  subscribe(response: ServerResponse): void;
  snapshot(): Promise<Snapshot>;
  close(): void;
}

const TICK_MS = 250;
const HEARTBEAT_MS = 10_000;

export const createFeed = (sources: Sources): Feed => {
  const pages = new Set<ServerResponse>();
  let looking = false;
  let last = '';

  const send = (page: ServerResponse): boolean =>
    page.write(`data: ${JSON.stringify({ at: new Date().toISOString(), ...JSON.parse(last) })}\n\n`);

  const look = async (): Promise<void> => {
    looking = true;
    let sentAt = 0;
    while (pages.size > 0) {
      const next = JSON.stringify(await takeSnapshot(sources));
      if (next !== last || performance.now() - sentAt > HEARTBEAT_MS) {
        last = next;
        sentAt = performance.now();
        for (const page of pages) send(page);
      }
      await sleep(TICK_MS);
    }
    looking = false;
  };

  return {
    subscribe: (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      response.write('retry: 1000\n\n');
      pages.add(response);
      response.once('close', () => pages.delete(response));
      if (!looking) void look();
      else if (last) send(response);
    },
    snapshot: () => takeSnapshot(sources),
    close: () => {
      for (const page of pages) page.end();
      pages.clear();
    },
  };
};
