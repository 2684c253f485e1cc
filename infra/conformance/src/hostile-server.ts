import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A document server that says whatever a test wants, in HTTP that is as real. */
export interface HostileServer {
  readonly url: string;
  /** How requests are answered from now on; undefined: as the server at `behind` answers them. */
  say(listener: RequestListener | undefined): void;
  /** Requests since `say`. */
  asked(): number;
  stop(): Promise<void>;
}

export async function startHostileServer(behind: () => string): Promise<HostileServer> {
  let listener: RequestListener | undefined;
  let asked = 0;
  const pass: RequestListener = async ({ url = '/', headers }, response) => {
    const known = headers['if-none-match'];
    const answer = await fetch(new URL(url, behind()), {
      headers: known === undefined ? {} : { 'if-none-match': known },
    });
    response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(Buffer.from(await answer.arrayBuffer()));
  };
  const server = createServer((request, response) => {
    asked += 1;
    void (listener ?? pass)(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    say: (next) => {
      listener = next;
      asked = 0;
    },
    asked: () => asked,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
