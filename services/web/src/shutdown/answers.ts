import { subscribe } from 'node:diagnostics_channel';
import type { Server, ServerResponse } from 'node:http';

interface Started {
  readonly response: ServerResponse;
  readonly server: Server;
}

/** The answers of this process and, once draining has begun, the end of their connections. */
export interface Answers {
  /** From now on every answer says `connection: close`, those under way included when their head is not sent yet. */
  endConnections(): void;
  /** From now on a connection whose answer has ended is not kept for another request, whatever that answer said. */
  keepNone(): void;
  underWay(): number;
}

const sayClose = (response: ServerResponse): void => {
  if (!response.headersSent) response.setHeader('connection', 'close');
};

/**
 * Sees every request before Next does. Next has its HTTP server to itself; Node tells of each request on a channel.
 * A keep-alive client learns from `connection: close` that it must not use the connection again; without it, closing the
 * server resets connections that a client is just about to use.
 */
export const watchAnswers = (): Answers => {
  const servers = new Set<Server>();
  const open = new Set<ServerResponse>();
  let ending = false;
  subscribe('http.server.request.start', (message) => {
    const { response, server } = message as Started;
    servers.add(server);
    open.add(response);
    response.once('close', () => open.delete(response));
    if (ending) sayClose(response);
  });
  return {
    endConnections: () => {
      ending = true;
      for (const response of open) sayClose(response);
    },
    keepNone: () => {
      for (const server of servers) server.keepAliveTimeout = 1;
    },
    underWay: () => open.size,
  };
};
