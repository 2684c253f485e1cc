import { isNativeError } from 'node:util/types';
/** An error as a log shows it: what went wrong and where, without the members that drivers attach (SQL, values, hosts). */
export interface LoggedError {
  readonly type: string;
  readonly message: string;
  readonly code?: string;
  readonly stack?: string;
  readonly cause?: LoggedError;
  readonly errors?: readonly LoggedError[];
}

const CAUSES = 5;

export const serializeError = (error: unknown, depth = 0): LoggedError => {
  if (!isNativeError(error)) return { type: typeof error, message: 'something that is no error was thrown' };
  const { code, cause, errors } = error as Error & { code?: unknown; cause?: unknown; errors?: unknown };
  const nested = depth < CAUSES;
  return {
    type: error.constructor.name,
    message: error.message,
    ...((typeof code === 'string' || typeof code === 'number') && { code: String(code) }),
    ...(error.stack !== undefined && { stack: error.stack }),
    ...(nested && isNativeError(cause) && { cause: serializeError(cause, depth + 1) }),
    ...(nested && Array.isArray(errors) && { errors: errors.map((item) => serializeError(item, depth + 1)) }),
  };
};
