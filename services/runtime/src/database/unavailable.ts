import type { ErrorTranslator } from '../problems/filter.js';
import { unavailable } from '../problems/problems.js';

/** SQLSTATEs of a server that is away, stopping, starting, read-only, full or too slow, and of work that lost a race. */
const SQLSTATES = /^(08...|57P0[1-5]|57014|53[0-4]00|25006|40...)$/;
const SYSTEM = /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/;
/** Drivers have no codes for these. */
const MESSAGES =
  /timeout exceeded when trying to connect|connection terminated|connection timeout|query read timeout|client has encountered a connection error|not queryable|connection ended|query runner already released|driver not connected/i;

/** Whether an error of PostgreSQL's driver means that the database cannot be used now, not that a statement was wrong. */
export const isDatabaseUnavailable = (error: unknown): boolean => {
  if (typeof error !== 'object' || error === null) return false;
  const { code, errors, message } = error as { code?: unknown; errors?: unknown; message?: unknown };
  if (typeof code === 'string' && (SQLSTATES.test(code) || SYSTEM.test(code))) return true;
  if (Array.isArray(errors) && errors.some(isDatabaseUnavailable)) return true;
  return typeof message === 'string' && MESSAGES.test(message);
};

const RETRY_AFTER_SECONDS = 2;

/** A database that is away is a 503 with Retry-After, never a 500. */
export const databaseProblem: ErrorTranslator = (error) =>
  isDatabaseUnavailable(error)
    ? unavailable('The database cannot be reached at the moment.', RETRY_AFTER_SECONDS, error)
    : undefined;
