import { HttpAdapterHost, NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { ProcessEnvironment } from '../configuration/common.js';
import { createHttpAdapter } from '../http/adapter.js';
import { attachDrain, type Drain } from '../http/drain.js';
import { acceptOnlyJson } from '../http/json-body.js';
import { observeRequests } from '../http/observe.js';
import { refuseRepeatedHeaders } from '../http/repeated-headers.js';
import { addSecurityHeaders } from '../http/security-headers.js';
import { NestLogger } from '../logging/nest-logger.js';
import { ServiceProblemFilter } from '../problems/filter.js';
import { RequestValidation } from '../problems/validation.js';
import type { ServiceContext } from './context.js';
import type { ServiceDefinition } from './definition.js';
import { rootModule } from './root-module.js';

/** The HTTP application of a service, initialised and not listening yet. */
export const createApplication = async <E extends ProcessEnvironment>(
  definition: ServiceDefinition<E>,
  context: ServiceContext<E>,
): Promise<{ app: NestFastifyApplication; drain: Drain }> => {
  const { logger, metrics, environment } = context;
  const { trustProxy } = definition;
  const adapter = createHttpAdapter({
    bodyLimitBytes: environment.KEYTURN_BODY_LIMIT,
    ...(trustProxy !== undefined && { trustProxy }),
  });
  const app = await NestFactory.create<NestFastifyApplication>(
    rootModule(context, definition.module(context)),
    adapter,
    { logger: new NestLogger(logger), bodyParser: false, abortOnError: false },
  );
  const fastify = adapter.getInstance();
  acceptOnlyJson(fastify);
  addSecurityHeaders(fastify, { https: definition.https ?? false });
  observeRequests(fastify, logger, metrics);
  refuseRepeatedHeaders(fastify);
  app.useGlobalPipes(new RequestValidation());
  app.useGlobalFilters(new ServiceProblemFilter(app.get(HttpAdapterHost), logger, definition.errors ?? []));
  await definition.configure?.(app, context);
  await app.init();
  return { app, drain: attachDrain(app.getHttpServer()) };
};
