import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Connection, Credentials } from './connection.js';
import { ApiError, errorOfAnswer, errorOfFailure, isWrite, type StatusBody, type Verb } from './errors.js';

export interface Call {
  readonly verb: Verb;
  /** With its query. */
  readonly path: string;
  readonly body?: string;
  readonly contentType?: string;
  readonly signal: AbortSignal;
}

/** Characters. */
const MAX_BODY = 64 * 1024 * 1024;

/** One request as far as the head of its answer. The answer is a success; anything else is thrown as ApiError. */
export async function exchange(connection: Connection, call: Call): Promise<IncomingMessage> {
  const first = await attempt(connection, call, false);
  if (first.statusCode !== 401) return succeed(call, first);
  // The token ended before it was read again. A request that was not let in has done nothing.
  first.resume();
  return succeed(call, await attempt(connection, call, true));
}

async function attempt(connection: Connection, call: Call, refresh: boolean): Promise<IncomingMessage> {
  const credentials = await connection.credentials(refresh).catch((cause: unknown) => {
    throw new ApiError(
      'unreachable',
      `${call.verb} ${pathOf(call)}: no credentials: ${messageOf(cause)}`,
      {},
      { cause },
    );
  });
  try {
    return await send(connection.server, credentials, call);
  } catch (error) {
    if (call.signal.aborted || !(error instanceof StaleConnection) || isWrite(call.verb)) throw failure(call, error);
    return await send(connection.server, credentials, call).catch((again: unknown) => {
      throw failure(call, again);
    });
  }
}

/** A kept connection was closed by the server at the moment when it was used again. */
class StaleConnection extends Error {
  constructor(readonly code: string | undefined) {
    super('a kept connection was closed');
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Without the query: it has continue tokens. */
const pathOf = ({ path }: Call): string => path.split('?')[0] ?? path;

/** What a failure means for the caller; the reason of an abort is a TimeoutError when the time was up. */
export function failure(call: Call, error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (!call.signal.aborted) return errorOfFailure(call.verb, pathOf(call), error);
  const timedOut = (call.signal.reason as { readonly name?: unknown } | null)?.name === 'TimeoutError';
  if (!timedOut) return new ApiError('aborted', `${call.verb} ${pathOf(call)}: given up`, {}, { cause: error });
  const kind = isWrite(call.verb) ? 'ambiguous' : 'unreachable';
  return new ApiError(kind, `${call.verb} ${pathOf(call)}: no answer in time`, {}, { cause: error });
}

function send(server: URL, { agent, headers }: Credentials, call: Call): Promise<IncomingMessage> {
  const url = new URL(`${server.pathname.replace(/\/$/, '')}${call.path}`, server);
  const begin = url.protocol === 'http:' ? httpRequest : httpsRequest;
  const sent = {
    accept: 'application/json',
    'user-agent': 'keyturn',
    ...headers,
    ...(call.body !== undefined && {
      'content-type': call.contentType ?? 'application/json',
      'content-length': String(Buffer.byteLength(call.body)),
    }),
  };
  return new Promise((resolve, reject) => {
    const request = begin(url, { method: call.verb, agent, headers: sent, signal: call.signal });
    request.once('response', resolve);
    request.once('error', (error: NodeJS.ErrnoException) => {
      reject(request.reusedSocket && !call.signal.aborted ? new StaleConnection(error.code) : error);
    });
    request.end(call.body);
  });
}

async function succeed(call: Call, answer: IncomingMessage): Promise<IncomingMessage> {
  const status = answer.statusCode ?? 0;
  if (status >= 200 && status < 300) return answer;
  const text = await bodyText(call, answer).catch(() => '');
  const seconds = Number(answer.headers['retry-after']);
  const retryAfterMs = Number.isFinite(seconds) ? seconds * 1000 : undefined;
  throw errorOfAnswer(call.verb, pathOf(call), status, parsed<StatusBody>(text), retryAfterMs);
}

const parsed = <T>(text: string): T | undefined => {
  try {
    return JSON.parse(text) as T;
  } catch {
    return undefined;
  }
};

/** Decoded as it comes: a page of a list is large, and its bytes are not kept next to its text. */
async function bodyText(call: Call, answer: IncomingMessage): Promise<string> {
  answer.setEncoding('utf8');
  let text = '';
  try {
    for await (const chunk of answer as AsyncIterable<string>) {
      text += chunk;
      if (text.length > MAX_BODY) throw new Error('the answer is too large');
    }
  } catch (error) {
    answer.destroy();
    throw failure(call, error);
  }
  return text;
}

/** The body of a success. One that is cut or no JSON says nothing about what a write has done. */
export async function bodyOf<T>(call: Call, answer: IncomingMessage): Promise<T> {
  const value = parsed<T>(await bodyText(call, answer));
  if (value !== undefined) return value;
  throw failure(call, new Error('the answer is not JSON'));
}
