import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RingNode } from '../ring-node.js';
import type { ManagementOptions, ManagementServer } from './options.js';
import { problemOf, sendProblem } from './problem.js';
import * as routes from './routes.js';

/** How long requests under way may go on after a close. */
const CLOSE_MS = 1_000;

type Handler = (exchange: routes.Exchange, ring: string) => Promise<void>;

const RING = '/keyturn/v1/rings/([a-z0-9-]{1,63})';
const ROUTES: readonly (readonly [method: string, path: RegExp, handler: Handler])[] = [
  ['GET', /^\/livez$/, routes.live],
  ['GET', /^\/readyz$/, routes.ready],
  ['GET', /^\/metrics$/, routes.metrics],
  ['GET', /^\/keyturn\/v1\/rings$/, routes.allReceipts],
  ['GET', new RegExp(`^${RING}$`), routes.receipt],
  ['POST', new RegExp(`^${RING}/canary$`), routes.canary],
  ['GET', new RegExp(`^${RING}/document$`), routes.document],
];

const callerLeft = (response: ServerResponse): AbortSignal => {
  const controller = new AbortController();
  response.once('close', () => controller.abort());
  return controller.signal;
};

const createListener = (options: ManagementOptions, nodes: ReadonlyMap<string, RingNode>): Server => {
  const dispatch = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const target = `http://management${request.url ?? '/'}`;
    const url = URL.canParse(target) ? new URL(target) : undefined;
    const matches = ROUTES.flatMap(([method, path, handler]) => {
      const match = url && path.exec(url.pathname);
      return match ? [{ method, handler, ring: match[1] ?? '' }] : [];
    });
    const route = matches.find(({ method }) => method === request.method);
    if (url && route) {
      const signal = callerLeft(response);
      return route.handler({ request, response, url, signal, nodes, options }, route.ring);
    }
    if (matches.length === 0) return sendProblem(response, { status: 404, title: 'Not Found' });
    response.setHeader('allow', matches.map(({ method }) => method).join(', '));
    sendProblem(response, { status: 405, title: 'Method Not Allowed' });
  };

  const server = createServer((request, response) => {
    dispatch(request, response).catch((error: unknown) => {
      const problem = problemOf(error);
      if (problem.status === 500) options.onError?.(error);
      if (response.headersSent) response.destroy();
      else sendProblem(response, problem);
    });
  });
  server.headersTimeout = 10_000;
  server.requestTimeout = 10_000;
  return server;
};

const listen = (server: Server, port: number, host: string): Promise<{ port: number; url: string }> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const { port, address } = server.address() as AddressInfo;
      const reachable = address === '::' || address === '0.0.0.0' ? '127.0.0.1' : address;
      resolve({ port, url: `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}` });
    });
  });

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), CLOSE_MS);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });

/**
 * The management port of a process: health, metrics, receipts, canaries and the public ring document. It belongs to no
 * public Service; nothing on it carries a secret or changes a ring.
 */
export const createManagementServer = (options: ManagementOptions): ManagementServer => {
  const given = [options.nodes ?? []].flat() as RingNode[];
  const nodes = new Map(given.map((node) => [node.ring, node]));
  const server = createListener(options, nodes);
  return {
    start: () => listen(server, options.port, options.host ?? '0.0.0.0'),
    addNode: (node) => void nodes.set(node.ring, node),
    stop: () => close(server),
  };
};
