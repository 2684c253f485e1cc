import type { IncomingMessage, Server, ServerResponse } from 'node:http';

/** Answers under way and, once draining has begun, the end of their connections. */
export interface Drain {
  /** From now on every answer says `connection: close`, those under way included when their head is not sent yet. */
  begin(): void;
  /** Answers that have not ended. */
  inFlight(): number;
}

/**
 * A keep-alive client learns from `connection: close` that it must not use the connection again; without it, closing
 * the server resets connections that a client is just about to use.
 */
export const attachDrain = (server: Server): Drain => {
  const open = new Set<ServerResponse>();
  let draining = false;
  const sayClose = (response: ServerResponse): void => {
    if (!response.headersSent) response.setHeader('connection', 'close');
  };
  server.prependListener('request', (_request: IncomingMessage, response: ServerResponse) => {
    open.add(response);
    response.once('close', () => open.delete(response));
    if (draining) sayClose(response);
  });
  return {
    begin: () => {
      draining = true;
      for (const response of open) sayClose(response);
    },
    inFlight: () => open.size,
  };
};
