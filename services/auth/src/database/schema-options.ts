import type { BetterAuthOptions } from 'better-auth';
import { oauthProvider } from '@better-auth/oauth-provider';
import { bearer, jwt, twoFactor } from 'better-auth/plugins';
import type { Pool } from 'pg';
import { sessionFields, userFields } from '../better-auth/additional-fields.js';

/** Of Better Auth's options what shapes the schema: plugins, additional fields, where rate limits are kept. No secret. */
export const schemaOptions = (pool: Pool): BetterAuthOptions => ({
  database: pool,
  // Never used: migrations encrypt nothing. Given, so that Better Auth does not look for one in the environment.
  secret: 'migrations sign nothing and encrypt nothing',
  baseURL: 'http://localhost',
  telemetry: { enabled: false },
  logger: { disabled: true },
  user: { additionalFields: userFields },
  session: { additionalFields: sessionFields },
  rateLimit: { enabled: true, storage: 'database' },
  plugins: [
    jwt({ jwks: { remoteUrl: 'http://localhost', keyPairConfig: { alg: 'ES256' } }, jwt: { sign: async () => '' } }),
    bearer(),
    twoFactor(),
    oauthProvider({ loginPage: '/', consentPage: '/' }),
  ],
});
