import type { IncomingMessage, ServerResponse } from 'node:http';
import { serializeRingDocument } from '../document/codec.js';
import { type AnyRingDocument, toPublicDocument } from '../document/document.js';
import { digestOf } from '../digest.js';
import type { RingNode } from '../ring-node.js';
import { readBody } from './body.js';
import { ringMetrics } from './metrics.js';
import type { ManagementOptions } from './options.js';
import { type Problem, sendJson, sendProblem } from './problem.js';

export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  /** Aborted when the caller goes away. */
  readonly signal: AbortSignal;
  readonly nodes: ReadonlyMap<string, RingNode>;
  readonly options: ManagementOptions;
}

/** A credential is a token of a few kilobytes. */
const MAX_CANARY_BYTES = 16_384;

const badRequest = (detail: string): Problem => ({ status: 400, title: 'Bad Request', detail });
const noSuchRing: Problem = { status: 404, title: 'Not Found', detail: 'this process has no such ring' };

export const live = async ({ response, options }: Exchange): Promise<void> => {
  if (await (options.live?.() ?? true)) return sendJson(response, { status: 'live' });
  sendProblem(response, { status: 503, title: 'Service Unavailable', detail: 'the process is not live' });
};

export const ready = async ({ response, nodes, options }: Exchange): Promise<void> => {
  const rings = [...nodes.values()].filter((node) => !node.ready()).map(({ ring }) => `ring ${ring}`);
  const others = (await options.notReady?.()) ?? [];
  const self = (await (options.ready?.() ?? true)) ? [] : ['the process itself'];
  const missing = [...rings, ...others, ...self];
  if (missing.length === 0) return sendJson(response, { status: 'ready' });
  const detail = `waiting for ${missing.join(', ')}`;
  sendProblem(response, { status: 503, title: 'Service Unavailable', detail, missing, retryAfterMs: 1000 });
};

export const metrics = async ({ response, nodes, options }: Exchange): Promise<void> => {
  const given = (await options.metrics?.()) ?? '';
  const { contentType, body } =
    typeof given === 'string' ? { contentType: 'text/plain; version=0.0.4; charset=utf-8', body: given } : given;
  const text = `${body}${body && !body.endsWith('\n') ? '\n' : ''}${ringMetrics([...nodes.values()])}`;
  response.writeHead(200, { 'content-type': contentType, 'cache-control': 'no-store' });
  response.end(text);
};

export const allReceipts = async ({ response, nodes }: Exchange): Promise<void> =>
  sendJson(response, { rings: await Promise.all([...nodes.values()].map((node) => node.receipt())) });

export const receipt = async ({ response, nodes, url, signal }: Exchange, ring: string): Promise<void> => {
  const node = nodes.get(ring);
  if (!node) return sendProblem(response, noSuchRing);
  const text = url.searchParams.get('atLeast');
  if (text === null) return sendJson(response, await node.receipt());
  if (!/^\d{1,15}$/.test(text)) return sendProblem(response, badRequest('atLeast: must be a whole number'));
  sendJson(response, await node.receipt({ atLeast: Number(text), signal }));
};

export const canary = async ({ request, response, nodes }: Exchange, ring: string): Promise<void> => {
  const node = nodes.get(ring);
  if (!node) return sendProblem(response, noSuchRing);
  const body = await readBody(request, MAX_CANARY_BYTES);
  if (body === undefined) {
    response.setHeader('connection', 'close');
    const detail = `body: must be at most ${MAX_CANARY_BYTES} bytes`;
    return sendProblem(response, { status: 413, title: 'Content Too Large', detail });
  }
  const credential = credentialOf(body);
  if (credential === undefined) {
    return sendProblem(response, badRequest('body: must be JSON with the text member credential'));
  }
  sendJson(response, await node.canary(credential));
};

const credentialOf = (body: string): string | undefined => {
  try {
    const parsed = JSON.parse(body) as { readonly credential?: unknown } | null;
    return typeof parsed?.credential === 'string' && parsed.credential ? parsed.credential : undefined;
  } catch {
    return undefined;
  }
};

const findDocument = async (exchange: Exchange, ring: string, confirm: boolean) => {
  const { nodes, options, signal } = exchange;
  const node = nodes.get(ring);
  return node ? node.document({ confirm }) : options.documents?.document(ring, { confirm, signal });
};

/** The public form, always: what was found is reduced here again, and the codec refuses a private member. */
export const document = async (exchange: Exchange, ring: string): Promise<void> => {
  const { request, response, url } = exchange;
  const confirm = url.searchParams.get('confirm');
  if (confirm !== null && confirm !== 'true' && confirm !== 'false') {
    return sendProblem(response, badRequest('confirm: must be true or false'));
  }
  const found: AnyRingDocument | undefined = await findDocument(exchange, ring, confirm === 'true');
  if (!found) return sendProblem(response, noSuchRing);
  const published = found.form === 'full' ? toPublicDocument(found) : found;
  const etag = `"${published.generation}-${digestOf(published)}"`;
  const headers = { etag, 'cache-control': 'no-store' };
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304, headers).end();
    return;
  }
  response.writeHead(200, { ...headers, 'content-type': 'application/json' });
  response.end(serializeRingDocument(published));
};
