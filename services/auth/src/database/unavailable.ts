import { AsyncLocalStorage } from 'node:async_hooks';
import { isNativeError } from 'node:util/types';
import { isDatabaseUnavailable } from '@keyturn/runtime';

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
