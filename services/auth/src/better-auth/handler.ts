import { setTimeout as sleep } from 'node:timers/promises';
import type { RingNode } from '@keyturn/keyring';
import type { Logger } from '@keyturn/runtime';
import { evenDelayMs, tellsByTime } from '../accounts/even-time.js';
import { hashesPassword, type PasswordGate } from '../accounts/password-gate.js';
import type { AuditLog } from '../audit/audit-log.js';
import { auditSource } from '../audit/audit-source.js';
import { isInvalidValue, watchDatabase } from '../database/unavailable.js';
import type { AuthMetrics } from '../metrics.js';
import { badRequest } from './bad-request.js';
import { carryRequest } from './carried-request.js';
import { reissue, withoutSigned } from './carried-response.js';
import type { Generation } from './generation.js';
import type { Generations } from './generations.js';
import { withRetryAfter } from './retry-after.js';
import { isRateLimited, signInResult } from './sign-in-result.js';
import { type UnavailableReason, unavailableResponse } from './unavailable-response.js';

export interface HandlerParts {
  readonly generations: Generations;
  /** The ring of the session secret. */
  readonly node: RingNode;
  readonly metrics: AuthMetrics;
  readonly logger: Logger;
  readonly passwords: PasswordGate;
  readonly audit: AuditLog;
  /** Whether sign-up is not to tell if an address is taken. */
  readonly requireVerifiedEmail: boolean;
}

/** Better Auth behind the carrying over of what older secrets signed. Never rejects. */
export type AuthHandler = (request: Request) => Promise<Response>;

export const createAuthHandler = (parts: HandlerParts): AuthHandler => {
  const { metrics } = parts;
  return async (request) => {
    const began = performance.now();
    const { response, failure } = await inTurn(parts, request);
    if (tellsByTime(request, response, parts.requireVerifiedEmail)) await sleep(evenDelayMs(performance.now() - began));
    if (failure) metrics.failures.inc({ reason: failure });
    const attempt = signInResult(request, response);
    if (attempt) metrics.signIns.inc({ ...attempt });
    if (isRateLimited(response)) await noteLimit(parts.audit, request, attempt?.method ?? 'other');
    return response;
  };
};

const noteLimit = (audit: AuditLog, request: Request, method: string): Promise<void> => {
  const told = { event: 'rate-limited', outcome: 'refused', actor: null, subject: null } as const;
  return audit.recordSeldom({ ...told, details: { method }, ...auditSource(request.headers) });
};

interface Answer {
  readonly response: Response;
  readonly failure?: UnavailableReason | 'error' | 'other';
}

const unavailable = (reason: UnavailableReason): Answer => ({ response: unavailableResponse(reason), failure: reason });

const inTurn = async (parts: HandlerParts, request: Request): Promise<Answer> => {
  if (!hashesPassword(request)) return answer(parts, request);
  return (await parts.passwords.run(() => answer(parts, request))) ?? unavailable('passwords');
};

const answer = async (parts: HandlerParts, request: Request): Promise<Answer> => {
  const generation = parts.generations.serving();
  if (!generation) return unavailable('session-ring');
  const maySign = canSign(parts.node);
  if (!maySign && needsSigning(request)) return unavailable('session-lease');
  try {
    const { result, databaseAway } = await generation.requests.run(() =>
      watchDatabase(() => serve(parts, request, generation, maySign)),
    );
    // Whatever the status: Better Auth says that a sign-out succeeded when the session could not be deleted.
    if (databaseAway) return unavailable('database');
    if (result === undefined) return { response: internalError(), failure: 'error' };
    return { response: withRetryAfter(result), ...(result.status >= 500 && { failure: 'other' as const }) };
  } catch (err) {
    parts.logger.error({ err }, 'a request to Better Auth failed');
    return { response: internalError(), failure: 'error' };
  }
};

/** Undefined when it failed with an error; which one is in the log. */
const serve = async (
  { metrics, logger }: HandlerParts,
  original: Request,
  generation: Generation,
  maySign: boolean,
): Promise<Response | undefined> => {
  try {
    const { request, carried, what } = await carryRequest(original, generation);
    for (const name of what) metrics.carriedOver.inc({ what: name });
    const response = await generation.auth.handler(request);
    if (!maySign) return withoutSigned(response);
    return renewsSession(original) ? reissue(original, carried, response, generation) : response;
  } catch (err) {
    if (isInvalidValue(err)) return badRequest('A value of the request cannot be stored.');
    logger.error({ err }, 'a request to Better Auth failed');
    return undefined;
  }
};

/** Rule P4 for the session secret: without a lease nothing new is signed. */
const canSign = (node: RingNode): boolean => {
  try {
    node.signer();
    return true;
  } catch {
    return false;
  }
};

/** Reading a session and signing out go on without a lease; what would have to be signed is left out. */
const needsSigning = ({ method, url }: Request): boolean =>
  !['GET', 'HEAD', 'OPTIONS'].includes(method) && !new URL(url).pathname.endsWith('/sign-out');

/**
 * Where a client hears of its session anyway. Elsewhere nothing is re-issued: the answer to a slow request would put an
 * older session in the place of one that another tab has begun meanwhile.
 */
const renewsSession = ({ method, url }: Request): boolean =>
  method === 'GET' && /\/(?:get-session|token)$/.test(new URL(url).pathname);

const internalError = (): Response =>
  Response.json(
    { code: 'INTERNAL_SERVER_ERROR', message: 'Something went wrong.' },
    { status: 500, headers: { 'cache-control': 'no-store' } },
  );
