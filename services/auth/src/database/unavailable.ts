import { AsyncLocalStorage } from 'node:async_hooks';
import { isNativeError } from 'node:util/types';

/** SQLSTATE classes and codes of a server that is away, stopping, starting, out of room for us, or too slow. */
const SQLSTATES = /^(08...|57P0[1-5]|57014|53300|25006|40003)$/;
const SYSTEM = /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/;
/** The driver has no codes for these. */
const MESSAGES =
  /timeout exceeded when trying to connect|connection terminated|connection timeout|query read timeout|client has encountered a connection error|not queryable|Connection ended/i;

/** Whether an error of the driver means that the database cannot be used now, rather than that a statement was wrong. */
export const isDatabaseUnavailable = (error: unknown): boolean => {
  if (!isNativeError(error)) return false;
  const { code, errors } = error as { code?: unknown; errors?: unknown };
  if (typeof code === 'string' && (SQLSTATES.test(code) || SYSTEM.test(code))) return true;
  if (Array.isArray(errors) && errors.some(isDatabaseUnavailable)) return true;
  return MESSAGES.test(error.message);
};

/** Whether the database refused a value that no column can hold, such as a text with a NUL: the client's mistake. */
export const isInvalidValue = (error: unknown): boolean =>
  isNativeError(error) && /^22...$/.test(String((error as { code?: unknown }).code));

interface Outage {
  seen: boolean;
}

const outages = new AsyncLocalStorage<Outage>();

/** Called by the pool for each error of the driver, in the asynchronous context of whoever asked. */
export const noteDatabaseError = (error: unknown): void => {
  const outage = outages.getStore();
  if (outage && isDatabaseUnavailable(error)) outage.seen = true;
};

/**
 * Runs work and tells whether the database was away during it. Better Auth turns some such errors into "not signed in",
 * and a front end takes that as a logout; so the answer itself cannot be believed.
 */
export const watchDatabase = async <T>(work: () => Promise<T>): Promise<{ result: T; databaseAway: boolean }> => {
  const outage: Outage = { seen: false };
  const result = await outages.run(outage, work);
  return { result, databaseAway: outage.seen };
};
