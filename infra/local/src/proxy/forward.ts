import { type ClientRequest, type IncomingMessage, request as httpRequest, type ServerResponse } from 'node:http';
import type { Backend } from './backends.js';
import { announcesTooMuch, BodyTooLarge, tooLarge, whenTooMuch } from './body-limit.js';
import { requestHeaders, REPLICA_HEADER, responseHeaders } from './headers.js';
import { type Problem, sendProblem } from './problem.js';

const CONNECT_TIMEOUT_MS = 3_000;
const ANSWER_TIMEOUT_MS = 60_000;

/** How a request ended. `refused`: no connection was made, so nothing was sent and another process may have it. */
type Attempt = 'ended' | 'refused';

/**
 * Sends a request to the first backend that takes the connection. Only a connection that was not made is tried again
 * elsewhere: once a byte was sent, the process may have acted on it. A body of more than `limitBytes` is refused.
 */
export const forward = async (
  candidates: readonly Backend[],
  request: IncomingMessage,
  response: ServerResponse,
  limitBytes: number,
): Promise<void> => {
  // A service may answer before it has read the body: the rest is thrown away, or the next request would wait behind it.
  response.once('finish', () => request.unpipe().resume());
  if (announcesTooMuch(request, limitBytes)) return sendProblem(response, tooLarge);
  for (const backend of candidates) {
    if ((await attempt(backend, request, response, limitBytes)) === 'ended') return;
  }
  sendProblem(response, {
    status: 503,
    title: 'Service Unavailable',
    detail: 'no process of this service accepts connections',
    retryAfterSeconds: 1,
  });
};

const attempt = (
  backend: Backend,
  request: IncomingMessage,
  response: ServerResponse,
  limitBytes: number,
): Promise<Attempt> =>
  new Promise((resolve) => {
    const { host, port, agent } = backend;
    const { method, url: path } = request;
    const upstream = httpRequest({ host, port, agent, method, path, headers: requestHeaders(request), setHost: false });
    let stage: 'connecting' | 'sent' | 'answered' = 'connecting';
    const closed = (): void => {
      if (!response.writableFinished) upstream.destroy();
      resolve('ended');
    };
    response.once('close', closed);
    whenConnected(upstream, () => {
      stage = 'sent';
      upstream.setTimeout(ANSWER_TIMEOUT_MS, () => upstream.destroy(new AnswerTimeout()));
      whenTooMuch(request, limitBytes, () => upstream.destroy(new BodyTooLarge()));
      request.pipe(upstream);
    });
    upstream.on('error', (error) => {
      // After the answer has begun, its own stream tells how it ends; a service may answer without reading the body.
      if (stage === 'answered') return;
      request.unpipe(upstream);
      if (stage === 'connecting') {
        response.off('close', closed);
        return resolve('refused');
      }
      response.setHeader(REPLICA_HEADER, backend.name);
      sendProblem(response, problemOf(error));
    });
    upstream.once('response', (answer) => {
      stage = 'answered';
      upstream.setTimeout(0);
      response.writeHead(answer.statusCode ?? 502, answer.statusMessage, responseHeaders(answer, backend.name));
      answer.once('error', () => response.destroy());
      answer.pipe(response);
    });
  });

class AnswerTimeout extends Error {}

const problemOf = (error: Error): Problem => {
  if (error instanceof BodyTooLarge) return tooLarge;
  return error instanceof AnswerTimeout ? tooSlow : broken;
};

const tooSlow: Problem = { status: 504, title: 'Gateway Timeout', detail: 'the process did not answer in time' };
const broken: Problem = { status: 502, title: 'Bad Gateway', detail: 'the process ended the connection' };

/** Calls back once the request has a connection; ends it when there is none in time. */
const whenConnected = (upstream: ClientRequest, callback: () => void): void => {
  upstream.once('socket', (socket) => {
    if (!socket.connecting) return callback();
    const timer = setTimeout(() => upstream.destroy(new Error('connect timeout')), CONNECT_TIMEOUT_MS);
    socket.once('connect', callback);
    socket.once('connect', () => clearTimeout(timer));
    socket.once('close', () => clearTimeout(timer));
  });
};
