import { createServer, type IncomingMessage, request, Agent, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

export interface Front {
  readonly port: number;
  close(): Promise<void>;
}

/** Where each service is; all but auth and web answer paths that are called like them. */
export type ServiceUrls = Readonly<Record<'auth' | 'tasks' | 'web', string> & Partial<Record<string, string>>>;

/** As the chart's routes: `/api/{user}/tasks/…` is for tasks, and what is nobody's is a page of the front end. */
const serviceFor = (path: string, urls: ServiceUrls): string => {
  if (/^\/(?:api\/auth|api\/admin|\.well-known)(?:\/|$)/.test(path)) return 'auth';
  const records = /^\/api\/[^/]+\/([^/?]+)/.exec(path)?.[1] ?? '';
  return Object.hasOwn(urls, records) ? records : 'web';
};

/** A free port of this machine. */
export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

const ANSWER_TIMEOUT_MS = 30_000;

/**
 * The platform's one address, in place of an ingress controller: paths as in the chart's routes, keep-alive connections to
 * the Services, and no second try of anything, so that every request that a pod drops is one that a user sees.
 */
export const startFront = async (port: number, urls: ServiceUrls): Promise<Front> => {
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 64 });
  const server = createServer({ keepAliveTimeout: 65_000 }, (incoming, response) => {
    const service = serviceFor(incoming.url ?? '', urls);
    pass(incoming, response, { agent, target: new URL(urls[service] ?? urls.auth), service });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const close = async (): Promise<void> => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
    agent.destroy();
  };
  let closing: Promise<void> | undefined;
  return { port, close: () => (closing ??= close()) };
};

interface Target {
  readonly agent: Agent;
  readonly target: URL;
  readonly service: string;
}

const OF_THE_CONNECTION = ['connection', 'keep-alive', 'transfer-encoding'];

const pass = (incoming: IncomingMessage, response: ServerResponse, { agent, target, service }: Target): void => {
  const { method, url: path, headers } = incoming;
  const { hostname: host, port } = target;
  const upstream = request({ host, port, method, path, headers: { ...headers, connection: 'keep-alive' }, agent });
  upstream.setTimeout(ANSWER_TIMEOUT_MS, () => upstream.destroy(new Error('no answer in time')));
  upstream.on('response', (answer) => {
    const kept = Object.entries(answer.headers).filter(([name]) => !OF_THE_CONNECTION.includes(name));
    response.writeHead(answer.statusCode ?? 502, { ...Object.fromEntries(kept), 'x-keyturn-replica': service });
    answer.pipe(response);
    answer.on('error', () => response.destroy());
  });
  upstream.on('error', (error: NodeJS.ErrnoException) => {
    if (response.headersSent) response.destroy();
    else
      response
        .writeHead(502, { 'content-type': 'application/json' })
        .end(JSON.stringify({ code: error.code ?? error.message }));
  });
  incoming.pipe(upstream);
};
