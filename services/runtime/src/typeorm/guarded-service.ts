import { type DynamicModule, Module, type Type } from '@nestjs/common';
import type { GuardedServiceEnvironment } from '../configuration/common.js';
import { databaseProblem } from '../database/unavailable.js';
import { type OpenApiOptions, serveOpenApi } from '../openapi/serve.js';
import type { RingPart, ServiceDefinition } from '../service/definition.js';
import { tokenGuard } from '../service/token-guard.js';
import type { DatabaseOptions } from './data-source-options.js';
import { databaseModule } from './database-module.js';
import { sessionGuard } from './session-guard.js';

export interface GuardedServiceOptions<E extends GuardedServiceEnvironment> {
  /** Name in logs and at the database. */
  readonly name: string;
  readonly environment: E;
  /** The module of the domain. */
  readonly module: Type;
  readonly entities: NonNullable<DatabaseOptions['entities']>;
  /** Title and description of the document at `/openapi.json`. */
  readonly openApi: Omit<OpenApiOptions, 'path'>;
}

const ringOf = (environment: GuardedServiceEnvironment): RingPart =>
  environment.KEYTURN_SESSION_DATABASE_URL === undefined
    ? { ring: environment.KEYTURN_TOKEN_RING, role: environment.KEYTURN_TOKEN_RING_ROLE }
    : { ring: environment.KEYTURN_SESSION_RING, role: 'holder' };

@Module({})
class GuardedServiceModule {}

/**
 * A service with a database of its own, whose routes are all guarded and described in a document: by the platform's tokens, or with
 * KEYTURN_SESSION_DATABASE_URL by its sessions. It takes part in the rotations of the ring that signs them. What is given back can be
 * spread and changed.
 */
export const guardedService = <E extends GuardedServiceEnvironment>(
  options: GuardedServiceOptions<E>,
): ServiceDefinition<E> => {
  const { name, environment, module, entities, openApi } = options;
  return {
    name,
    environment,
    rings: [ringOf(environment)],
    module: (context): DynamicModule => ({
      module: GuardedServiceModule,
      imports: [
        databaseModule({
          url: environment.DATABASE_URL,
          applicationName: `keyturn-${name}`,
          logger: context.logger,
          entities,
        }),
        environment.KEYTURN_SESSION_DATABASE_URL === undefined ? tokenGuard(context) : sessionGuard(context, name),
        module,
      ],
    }),
    errors: [databaseProblem],
    https: environment.KEYTURN_BASE_URL.startsWith('https:'),
    configure: (app) => serveOpenApi(app, openApi),
  };
};
