import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Backends } from './backends.js';
import { bodyLimitOf } from './body-limit.js';
import { forward } from './forward.js';
import { isAmbiguous } from './headers.js';
import { listenLocally } from './listen.js';
import { sendProblem } from './problem.js';
import { createRouter, type RouteRule } from './routes.js';

/** A request that went through, for the figures on the page. */
export interface Served {
  readonly service: string;
  readonly status: number;
}

export interface ProxyOptions {
  readonly backends: Backends;
  /** Who answers which paths, first match first. */
  readonly routes: readonly RouteRule[];
  /** The service that has every page; omitted: there is none, and `/` is the launcher's. */
  readonly rest?: string;
  /** Ports to try in this order; 0 is any. */
  readonly ports: readonly number[];
  /** The largest body that is passed on, in bytes; default: what services take by default. */
  readonly bodyLimitBytes?: number;
  /** Answers everything below `/_keyturn/`, and `/` where no service does. */
  readonly page: (request: IncomingMessage, response: ServerResponse) => void;
  readonly served?: (served: Served) => void;
}

export interface Proxy {
  readonly port: number;
  /** `http://localhost:<port>` */
  readonly url: string;
  /** Stops accepting, lets requests under way end for a moment, then cuts what is left. */
  close(): Promise<void>;
}

const CLOSE_GRACE_MS = 2_000;

/** The one address of the platform: routes by path, in turn over the processes of a service. */
export const startProxy = async (options: ProxyOptions): Promise<Proxy> => {
  const { backends, routes, rest, ports, page, served, bodyLimitBytes = bodyLimitOf([]) } = options;
  const routeOf = createRouter(routes, rest);
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    if (isAmbiguous(request)) return sendProblem(response, ambiguous);
    const route = routeOf(request.url ?? '');
    if (route === 'page') return page(request, response);
    if (route === undefined) {
      return sendProblem(response, { status: 404, title: 'Not Found', detail: 'nothing is served at this path' });
    }
    if (served) response.once('finish', () => served({ service: route.service, status: response.statusCode }));
    const candidates = backends.candidates(route.service);
    forward(candidates, request, response, bodyLimitBytes).catch(() => sendProblem(response, cannotBeSent));
  };
  const { port, servers } = await listenLocally(() => makeServer(handle), ports);
  return {
    port,
    url: `http://localhost:${port}`,
    close: async () => {
      await Promise.all(servers.map((server) => closeServer(server as Server)));
      backends.close();
    },
  };
};

const ambiguous = { status: 400, title: 'Bad Request', detail: 'a header that may be there once is there twice' };
const cannotBeSent = { status: 400, title: 'Bad Request', detail: 'the request cannot be passed on' };

/** Clients that do not finish their headers are looked for often: there may be many of them. */
const LIMITS = {
  keepAliveTimeout: 65_000,
  headersTimeout: 15_000,
  requestTimeout: 120_000,
  connectionsCheckingInterval: 5_000,
};

const makeServer = (handle: (request: IncomingMessage, response: ServerResponse) => void): Server => {
  const server = createServer(LIMITS, handle);
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return socket.destroy();
    const status = CLIENT_ERRORS[error.code ?? ''] ?? '400 Bad Request';
    const body = JSON.stringify({ type: 'about:blank', status: Number(status.slice(0, 3)), title: status.slice(4) });
    const head = `HTTP/1.1 ${status}\r\ncontent-type: application/problem+json\r\nconnection: close\r\n`;
    socket.end(`${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  });
  return server;
};

const CLIENT_ERRORS: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
