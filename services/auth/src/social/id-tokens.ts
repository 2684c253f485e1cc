import type { BetterAuthOptions } from 'better-auth';
import type { PoolClient } from 'pg';

const withoutIdToken = async () => ({ data: { idToken: null } });

/**
 * The ID token of a provider is looked at when somebody comes back from there, and nothing needs it later. Better Auth would keep
 * it as it is, unlike the other tokens, which it encrypts.
 */
export const forgetIdTokens = {
  create: { before: withoutIdToken },
  update: { before: withoutIdToken },
} satisfies NonNullable<BetterAuthOptions['databaseHooks']>['account'];

/** Those that were kept before. */
export const removeIdTokens = async (client: PoolClient): Promise<void> => {
  await client.query('UPDATE "account" SET "idToken" = NULL WHERE "idToken" IS NOT NULL');
};
