import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendProblem } from '../proxy/problem.js';
import { PAGE_PREFIX } from '../proxy/routes.js';
import { type Asset, sendAsset } from './assets.js';
import type { Feed } from './feed.js';
import { fromThisMachine } from './local-only.js';

const ASSETS: Readonly<Record<string, Asset>> = {
  '/': 'index.html',
  [PAGE_PREFIX]: 'index.html',
  [`${PAGE_PREFIX}page.css`]: 'page.css',
  [`${PAGE_PREFIX}page.js`]: 'page.js',
  [`${PAGE_PREFIX}icon.svg`]: 'icon.svg',
};

/** Answers the launcher's own paths: the page, its files, `events` (server-sent) and `state` (one snapshot as JSON). */
export const createPage =
  (feed: Feed) =>
  (request: IncomingMessage, response: ServerResponse): void => {
    if (!fromThisMachine(request, response)) return;
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    const asset = ASSETS[path];
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      sendProblem(response, { status: 405, title: 'Method Not Allowed', detail: 'the page is only read' });
    } else if (asset) sendAsset(response, asset);
    else if (path === `${PAGE_PREFIX}events`) feed.subscribe(response);
    else if (path === `${PAGE_PREFIX}state`) void sendState(feed, response);
    else sendProblem(response, { status: 404, title: 'Not Found', detail: 'nothing is served at this path' });
  };

const sendState = async (feed: Feed, response: ServerResponse): Promise<void> => {
  const body = JSON.stringify(await feed.snapshot());
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(body);
};
