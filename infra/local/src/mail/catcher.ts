import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { fromThisMachine } from '../page/local-only.js';
import { sendAsset } from '../page/assets.js';
import { listenLocally } from '../proxy/listen.js';
import { sendProblem } from '../proxy/problem.js';
import { listPage, messagePage } from './pages.js';
import { startSmtp } from './smtp.js';
import { type MailStore, openMailStore } from './store.js';

/** Takes the platform's mails and shows them: `GET /api/messages[?to=…]`, `GET /api/messages/{id}`, `DELETE /api/messages`. */
export interface MailCatcher {
  /** Address of the pages and the API. */
  readonly url: string;
  /** Address of the SMTP server. */
  readonly smtpUrl: string;
  readonly store: MailStore;
  close(): Promise<void>;
}

export const startMailCatcher = async (folder: string, ports: readonly number[]): Promise<MailCatcher> => {
  const store = openMailStore(folder);
  const smtp = await startSmtp((message) => store.add(message));
  const { port, servers } = await listenLocally(
    () => createServer((request, response) => answer(store, request, response)),
    ports,
  );
  return {
    url: `http://localhost:${port}`,
    smtpUrl: smtp.url,
    store,
    close: async () => {
      for (const server of servers) {
        (server as Server).closeAllConnections();
        server.close();
      }
      await smtp.close();
    },
  };
};

const answer = (store: MailStore, request: IncomingMessage, response: ServerResponse): void => {
  if (!fromThisMachine(request, response)) return;
  const target = `http://localhost${request.url ?? '/'}`;
  const url = URL.canParse(target) ? new URL(target) : new URL('http://localhost/none');
  const [, id] = /^(?:\/api)?\/messages\/([\w-]+)$/.exec(url.pathname) ?? [];
  const message = id === undefined ? undefined : store.get(id);
  if (url.pathname === '/api/messages' && request.method === 'DELETE') {
    store.clear();
    response.writeHead(204).end();
  } else if (request.method !== 'GET' && request.method !== 'HEAD') {
    sendProblem(response, { status: 405, title: 'Method Not Allowed', detail: 'use GET, or DELETE on /api/messages' });
  } else if (url.pathname === '/') sendHtml(response, listPage(store.list()));
  else if (url.pathname === '/mail.css') sendAsset(response, 'mail.css');
  else if (url.pathname === '/api/messages') sendJson(response, store.list(url.searchParams.get('to') ?? undefined));
  else if (message && url.pathname.startsWith('/api/')) sendJson(response, message);
  else if (message) sendHtml(response, messagePage(message));
  else sendProblem(response, { status: 404, title: 'Not Found', detail: 'there is no such mail or page' });
};

const POLICY = "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src data:; frame-src 'self'; base-uri 'none'";

const sendHtml = (response: ServerResponse, html: string): void => {
  const headers = { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': POLICY };
  response.writeHead(200, { ...headers, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' }).end(html);
};

const sendJson = (response: ServerResponse, body: unknown): void => {
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
};
