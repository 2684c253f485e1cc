import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ManagementOptions, ManagementServer } from './options.js';
import { Problem, sendJson, sendProblem } from './problem.js';
import { type Answer, answer } from './routes.js';

const CLOSE_MS = 1_000;

/**
 * Starts the management server and resolves when it listens. Rejects when the port cannot be had.
 * Its requests are bounded: 16 KiB of body, 10 s for headers and body.
 */
export async function createManagementServer(options: ManagementOptions): Promise<ManagementServer> {
  const server = createServer((request, response) => void handle(request, response, options));
  server.headersTimeout = 10_000;
  server.requestTimeout = 10_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host ?? '0.0.0.0', () => {
      server.off('error', reject);
      resolve();
    });
  });
  return { port: (server.address() as AddressInfo).port, close: () => close(server) };
}

async function handle(request: IncomingMessage, response: ServerResponse, options: ManagementOptions): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  try {
    const url = new URL(request.url ?? '/', 'http://management');
    send(response, await answer({ request, url, signal: gone.signal }, options));
  } catch (error) {
    if (gone.signal.aborted) return;
    sendProblem(response, error instanceof Problem ? error : new Problem(500, 'the request could not be answered'));
  }
}

function send(response: ServerResponse, { status = 200, ...body }: Answer): void {
  if ('json' in body) {
    sendJson(response, status, body.json);
    return;
  }
  response.writeHead(status, { 'content-type': body.type, 'cache-control': 'no-store' });
  response.end(body.text);
}

/** Lets requests under way end for a moment, then cuts what is left. */
function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), CLOSE_MS);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}
