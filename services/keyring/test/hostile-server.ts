import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Cleanup } from './harness.js';

/** An HTTP server that answers as the test wants at the moment, and counts. */
export interface HostileServer {
  readonly url: string;
  readonly requests: IncomingMessage[];
  answer: (request: IncomingMessage, response: ServerResponse) => void;
}

export const createHostileServer = async (
  cleanup: Cleanup,
  tls?: { readonly key: string; readonly cert: string },
): Promise<HostileServer> => {
  const requests: IncomingMessage[] = [];
  const state: { answer: HostileServer['answer'] } = {
    answer: (_request, response) => void response.writeHead(404).end(),
  };
  const listener: RequestListener = (request, response) => {
    requests.push(request);
    state.answer(request, response);
  };
  const server = tls ? createTlsServer(tls, listener) : createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanup.add(() => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => void server.close(() => resolve()));
  });
  const { port } = server.address() as AddressInfo;
  return Object.assign(state, { url: `${tls ? 'https://localhost' : 'http://127.0.0.1'}:${port}`, requests });
};
