import { ProblemException } from '@keyturn/guard';
import { unavailable } from '@keyturn/runtime';
import { isAPIError } from 'better-auth/api';
import { watchDatabase } from '../database/unavailable.js';

/**
 * Asks Better Auth on behalf of an administrator. What it refuses is said in the form of the admin API; 503 when the database
 * is away, whatever Better Auth made of that.
 */
export const askBetterAuth = async <T>(work: () => Promise<T>): Promise<T> => {
  const { result, databaseAway } = await watchDatabase(() =>
    work().then(
      (value) => ({ value }),
      (failure: unknown) => ({ failure }),
    ),
  );
  if (databaseAway) throw unavailable('The database cannot be reached at the moment.', 2);
  if ('value' in result) return result.value;
  throw isAPIError(result.failure) ? refusal(result.failure) : result.failure;
};

const refusal = (error: { readonly statusCode: number; readonly body?: unknown }): unknown => {
  if (error.statusCode >= 500) return error;
  const { error_description: description, message } = (error.body ?? {}) as Record<string, unknown>;
  const detail = [description, message].find((text) => typeof text === 'string') ?? 'The request was refused.';
  const code = error.statusCode === 404 ? 'ERR_NOT_FOUND' : 'ERR_REQUEST_REFUSED';
  return new ProblemException({ status: error.statusCode, code, detail: String(detail).slice(0, 1_000) });
};
