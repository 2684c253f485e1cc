import { HttpException } from '@nestjs/common';
import { GuardError } from '../core/index.js';
import { challengeOf } from './challenge.js';
import { type ProblemDetails, ProblemException, problemOf } from './problem.js';

/** What an error becomes: a body, headers, and whether it is one that nobody foresaw. */
export interface ProblemAnswer {
  readonly problem: ProblemDetails;
  readonly headers: Readonly<Record<string, string>>;
  readonly unforeseen: boolean;
}

const foreseen = (problem: ProblemDetails, headers: Readonly<Record<string, string>> = {}): ProblemAnswer => ({
  problem,
  headers,
  unforeseen: false,
});

/**
 * Pure: the answer to any error. Details go out only where they were meant for the client: errors of this library,
 * problems that the service made, and statuses below 500. Everything else says its status and no more.
 */
export function problemOfError(error: unknown, realm: string): ProblemAnswer {
  if (error instanceof GuardError) return guardProblem(error, realm);
  if (error instanceof ProblemException) return foreseen(error.problem, error.headers);
  const bare = { 'WWW-Authenticate': `Bearer realm="${realm}"` };
  if (error instanceof HttpException) {
    const status = error.getStatus();
    return foreseen(httpProblem(error, status), status === 401 ? bare : {});
  }
  const status = statusOf(error);
  if (status !== undefined) return foreseen(problemOf({ status, ...detailOf((error as Error).message) }));
  return { problem: problemOf({ status: 500 }), headers: {}, unforeseen: true };
}

function guardProblem(error: GuardError, realm: string): ProblemAnswer {
  const challenge = challengeOf(error, realm);
  const retryAfter = error.detail.retryAfterSeconds;
  const problem = problemOf({
    type: `urn:keyturn:problem:${error.code.slice(4).toLowerCase().replaceAll('_', '-')}`,
    status: error.statusCode,
    detail: error.message,
    code: error.code,
  });
  return foreseen(problem, {
    ...(challenge !== undefined && { 'WWW-Authenticate': challenge }),
    ...(retryAfter !== undefined && { 'Retry-After': String(retryAfter) }),
  });
}

/** Nest's own exceptions hold `{ statusCode, message, error }`; ValidationPipe's `message` is a list. */
function httpProblem(error: HttpException, status: number): ProblemDetails {
  const response = error.getResponse();
  if (status >= 500) return problemOf({ status });
  if (typeof response === 'string') return problemOf({ status, detail: response });
  const { message } = response as { message?: unknown };
  if (Array.isArray(message)) {
    return problemOf({ status, errors: message.map((each) => ({ field: '', message: String(each) })) });
  }
  return problemOf({ status, ...detailOf(message) });
}

const detailOf = (message: unknown): { detail?: string } =>
  typeof message === 'string' && message !== '' ? { detail: message } : {};

/** Status of an error of the framework below Nest (http-errors, Fastify), if the client is at fault. */
function statusOf(error: unknown): number | undefined {
  const status = (error as { statusCode?: unknown } | null | undefined)?.statusCode;
  return typeof status === 'number' && Number.isInteger(status) && status >= 400 && status < 500 ? status : undefined;
}
