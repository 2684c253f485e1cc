import { isNativeError } from 'node:util/types';
import type { Logger } from '@keyturn/runtime';

/** Better Auth's `logger` option. */
export interface BetterAuthLog {
  readonly level: 'warn';
  readonly log: (level: 'debug' | 'info' | 'warn' | 'error', message: string, ...details: unknown[]) => void;
}

/** What Better Auth says, through the process's logger. Of its details only errors are kept: they may hold user data. */
export const betterAuthLog = (logger: Logger): BetterAuthLog => {
  const child = logger.child({ source: 'better-auth' });
  return {
    level: 'warn',
    log: (level, message, ...details) => {
      const err = details.find((detail) => isNativeError(detail));
      child[level](err ? { err } : {}, message);
    },
  };
};
