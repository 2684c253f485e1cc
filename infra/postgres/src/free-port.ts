import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the ports that systems give to outgoing connections: one of those could be in the way at the next restart. */
const FIRST = 20_000;
const COUNT = 12_000;
const ATTEMPTS = 100;

/** A TCP port of 127.0.0.1 that was free a moment ago. */
export const freePort = async (): Promise<number> => {
  for (let attempt = 1; ; attempt += 1) {
    const port = FIRST + randomInt(COUNT);
    const server = createServer().listen(port, '127.0.0.1');
    try {
      await once(server, 'listening');
      server.close();
      await once(server, 'close');
      return port;
    } catch (error) {
      if (attempt >= ATTEMPTS) throw error;
    }
  }
};
