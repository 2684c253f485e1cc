import { hashPassword, verifyPassword } from 'better-auth/crypto';
import type { AuthMetrics } from '../metrics.js';

/** scrypt in the threads of libuv, as Better Auth does by itself, counted. */
export const countedHashing = ({ passwordHashes }: Pick<AuthMetrics, 'passwordHashes'>) => ({
  hash: (password: string): Promise<string> => {
    passwordHashes.inc();
    return hashPassword(password);
  },
  verify: (given: { readonly hash: string; readonly password: string }): Promise<boolean> => {
    passwordHashes.inc();
    return verifyPassword(given);
  },
});

export type PasswordHashing = ReturnType<typeof countedHashing>;
