import { bootstrapService } from '@keyturn/runtime';
import { authService } from './auth-service.js';
import { ignoreBetterAuthVariables, readAuthConfiguration } from './environment.js';

/** Serves the issuer until SIGTERM. */
const ignored = ignoreBetterAuthVariables();
const service = await bootstrapService(() => authService(readAuthConfiguration()));
if (ignored.length > 0) {
  service.context.logger.warn({ variables: ignored }, 'variables of Better Auth are ignored: the ring has the secret');
}
