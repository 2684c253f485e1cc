import type { ServiceDefinition } from '@keyturn/runtime';
import type { DestinationStream } from 'pino';
import { serveAdminDocument } from './admin/document/serve.js';
import { AuthModule } from './auth.module.js';
import { sessionCookie } from './better-auth/cookie-prefix.js';
import type { AuthConfiguration } from './configuration/variables.js';
import { mountBetterAuth } from './http/better-auth-route.js';
import { allowOrigins } from './http/cors.js';
import { Issuer } from './issuer.js';

/** The issuer as a service: for `main.ts`, and for tests that run it in their own process. */
export const authService = (
  environment: AuthConfiguration,
  options: { readonly logTo?: DestinationStream } = {},
): ServiceDefinition<AuthConfiguration> => {
  const base = environment.KEYTURN_BASE_URL;
  return {
    name: 'auth',
    environment,
    rings: [
      { ring: environment.KEYTURN_TOKEN_RING, role: 'issuer' },
      { ring: environment.KEYTURN_SESSION_RING, role: 'issuer' },
    ],
    module: () => AuthModule,
    trustProxy: environment.KEYTURN_TRUSTED_PROXIES,
    https: base.startsWith('https:'),
    configure: async (app) => {
      const fastify = app.getHttpAdapter().getInstance();
      await allowOrigins(fastify, [base, ...environment.KEYTURN_TRUSTED_ORIGINS]);
      mountBetterAuth(fastify, app.get(Issuer).handle, base);
      serveAdminDocument(app, sessionCookie(base));
    },
    ...options,
  };
};
