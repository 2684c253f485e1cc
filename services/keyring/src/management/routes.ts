import type { IncomingMessage } from 'node:http';
import { KeyringError } from '../document/errors.js';
import { type AnyRingDocument, toPublicDocument } from '../document/document.js';
import { serializeRingDocument } from '../document/codec.js';
import type { RingNode } from '../ring-node.js';
import type { DocumentSource, ManagementOptions } from './options.js';
import { Problem } from './problem.js';

const MAX_BODY_BYTES = 16 * 1024;

/** The answer of a route: JSON, or text with its own type. */
export type Answer =
  | { readonly status?: number; readonly json: unknown }
  | { readonly status?: number; readonly text: string; readonly type: string };

export interface Exchange {
  readonly request: IncomingMessage;
  readonly url: URL;
  /** Fires when the client has gone. */
  readonly signal: AbortSignal;
}

const RING_PATH = /^\/keyturn\/v1\/rings\/([^/]+)(?:\/(canary|document))?$/;

/** Finds the route and answers it. Throws Problem for everything that is wrong with the request. */
export async function answer(exchange: Exchange, options: ManagementOptions): Promise<Answer> {
  const { request, url } = exchange;
  const { pathname } = url;
  if (pathname === '/livez') return health(request, options.live?.() === false ? ['process'] : []);
  if (pathname === '/readyz') return health(request, await notReady(options));
  if (pathname === '/metrics' && options.metrics) {
    only(request, 'GET', 'HEAD');
    const { contentType, body } = await options.metrics();
    return { text: body, type: contentType };
  }
  if (pathname === '/keyturn/v1/rings') {
    only(request, 'GET');
    const receipts = (options.nodes ?? []).map((node) => node.receipt({ signal: exchange.signal }));
    return { json: { rings: await Promise.all(receipts) } };
  }
  const [, name, part] = RING_PATH.exec(pathname) ?? [];
  if (name === undefined) throw new Problem(404, 'there is no such path');
  const ring = decodeURIComponent(name);
  if (part === 'document') return documentAnswer(ring, exchange, options);
  const node = options.nodes?.find((candidate) => candidate.ring === ring);
  if (!node) throw new Problem(404, 'this process does not hold that ring');
  return part === 'canary' ? canaryAnswer(node, exchange) : receiptAnswer(node, exchange);
}

function only(request: IncomingMessage, ...methods: readonly string[]): void {
  if (methods.includes(request.method ?? '')) return;
  throw new Problem(405, `only ${methods.join(' and ')} is allowed here`, { allow: methods.join(', ') });
}

function health(request: IncomingMessage, missing: readonly string[]): Answer {
  only(request, 'GET', 'HEAD');
  if (missing.length === 0) return { json: { status: 'ok' } };
  return { status: 503, json: { status: 'not ready', missing } };
}

async function notReady({ nodes = [], notReady: others }: ManagementOptions): Promise<string[]> {
  const rings = nodes.filter((node) => !node.ready()).map(({ ring }) => `ring ${ring}`);
  return [...rings, ...((await others?.()) ?? [])];
}

async function receiptAnswer(node: RingNode, { request, url, signal }: Exchange): Promise<Answer> {
  only(request, 'GET');
  const text = url.searchParams.get('atLeast');
  if (text !== null && !/^\d{1,15}$/.test(text))
    throw new Problem(400, 'atLeast: must be a generation, a whole number');
  return { json: await node.receipt({ signal, ...(text !== null && { atLeast: Number(text) }) }) };
}

async function canaryAnswer(node: RingNode, { request }: Exchange): Promise<Answer> {
  only(request, 'POST');
  const body = await readJson(request);
  const credential = (body as { credential?: unknown } | null)?.credential;
  if (typeof credential !== 'string') throw new Problem(400, 'credential: must be a text');
  return { json: await node.canary(credential) };
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > MAX_BODY_BYTES) throw new Problem(413, `the body must be ${MAX_BODY_BYTES} bytes at most`);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem(400, 'the body must be JSON');
  }
}

/** Issuers serve their rings: what they have loaded, or a confirming read. */
const ofNodes = (nodes: readonly RingNode[]): DocumentSource => ({
  document: async (ring, { confirm, signal }) => {
    const node = nodes.find((candidate) => candidate.ring === ring && candidate.role === 'issuer');
    return node?.document({ confirm, signal });
  },
});

async function documentAnswer(
  ring: string,
  { request, url, signal }: Exchange,
  options: ManagementOptions,
): Promise<Answer> {
  only(request, 'GET');
  const text = url.searchParams.get('confirm');
  if (text !== null && text !== 'true' && text !== 'false') throw new Problem(400, 'confirm: must be true or false');
  const source = options.documents ?? ofNodes(options.nodes ?? []);
  const document = await source.document(ring, { confirm: text === 'true', signal }).catch(unavailable);
  if (!document) throw new Problem(404, 'this process does not serve that ring');
  return { text: serializeRingDocument(publicForm(document)), type: 'application/json' };
}

/** Whatever a source returns, only the public form leaves the process. */
const publicForm = (document: AnyRingDocument) => (document.form === 'full' ? toPublicDocument(document) : document);

/** Who cannot read the truth must not answer for it. */
function unavailable(error: unknown): never {
  if (!(error instanceof KeyringError)) throw error;
  throw new Problem(503, `the ring cannot be confirmed now (${error.code})`, { 'retry-after': '1' });
}
