import type { ServerResponse } from 'node:http';
import { KeyringError } from '../document/errors.js';

/** RFC 9457. Says what the caller may know: a status, a rule, when to try again; never a stack trace. */
export interface Problem {
  readonly status: number;
  readonly title: string;
  readonly detail?: string;
  readonly code?: string;
  /** What a readiness check waits for. */
  readonly missing?: readonly string[];
  readonly retryAfterMs?: number;
}

const RETRY_AFTER_MS = 1000;

/** What an error means to the caller; anything unexpected is a plain 500 without its message. */
export const problemOf = (error: unknown): Problem => {
  if (!(error instanceof KeyringError)) return { status: 500, title: 'Internal Server Error' };
  const { code, message, detail } = error;
  const retryAfterMs = detail.retryAfterMs ?? RETRY_AFTER_MS;
  return { status: 503, title: 'Service Unavailable', detail: message, code, retryAfterMs };
};

export const sendProblem = (response: ServerResponse, problem: Problem): void => {
  const { retryAfterMs, ...body } = problem;
  response.writeHead(problem.status, {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    ...(retryAfterMs !== undefined && { 'retry-after': String(Math.max(1, Math.ceil(retryAfterMs / 1000))) }),
  });
  response.end(JSON.stringify({ type: 'about:blank', ...body }));
};

export const sendJson = (response: ServerResponse, body: unknown): void => {
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
};
