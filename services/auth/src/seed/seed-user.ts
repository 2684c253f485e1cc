import { betterAuth } from 'better-auth';
import type { Pool } from 'pg';
import { LOCKS, withLock } from '../database/advisory-lock.js';
import { schemaOptions } from '../database/schema-options.js';
import type { SeedArguments } from './arguments.js';

export type SeedResult = 'created' | 'role-changed' | 'unchanged';

/**
 * Makes sure that a user exists with this role and a verified address. The password is set for a new user only: whoever
 * changed it meanwhile keeps theirs. Safe to run again, and by several processes at once.
 */
export const seedUser = (pool: Pool, { email, password, role, name }: SeedArguments): Promise<SeedResult> =>
  withLock(pool, LOCKS.migration, async () => {
    const { internalAdapter, password: passwords } = await betterAuth(schemaOptions(pool)).$context;
    const found = await internalAdapter.findUserByEmail(email);
    if (found) {
      if ((found.user as { role?: unknown }).role === role) return 'unchanged';
      await internalAdapter.updateUser(found.user.id, { role });
      return 'role-changed';
    }
    const hash = await passwords.hash(password);
    const { id } = await internalAdapter.createUser({ email, name, role, emailVerified: true }, { method: 'admin' });
    await internalAdapter.linkAccount({ userId: id, providerId: 'credential', accountId: id, password: hash });
    return 'created';
  });
