import type { INestApplication } from '@nestjs/common';
import { MetadataScanner, ModulesContainer } from '@nestjs/core';
import { type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { readRoutePolicy } from '../nest/route-policy.js';
import { type ProblemSchema, PROBLEM_SCHEMA, protect, SECURITY_SCHEME } from './protect.js';

type Config = Parameters<typeof SwaggerModule.createDocument>[1];
type Options = Parameters<typeof SwaggerModule.createDocument>[2];

/**
 * The document of an application whose routes are guarded: `SwaggerModule.createDocument` with a lock, and the responses
 * 401, 403 and 503, on each guarded operation. Routes that are `@Public()` stay as they are; on `@OptionalAuth()` routes
 * the lock is optional.
 */
export function createGuardedDocument(app: INestApplication, config: Config, options?: Options): OpenAPIObject {
  protectRoutes(app);
  const document = SwaggerModule.createDocument(app, config, options);
  const { schemas, securitySchemes, ...components } = document.components ?? {};
  const schema: ProblemSchema = PROBLEM_SCHEMA;
  return {
    ...document,
    components: {
      ...components,
      schemas: { Problem: schema, ...schemas },
      securitySchemes: { [SECURITY_SCHEME]: { type: 'http', scheme: 'bearer' }, ...securitySchemes },
    },
  };
}

/** Handlers that have their lock: an application may make its document twice, a handler may be inherited. */
const protectedHandlers = new WeakSet<object>();

function protectRoutes(app: INestApplication): void {
  const scanner = new MetadataScanner();
  const controllers = [...app.get(ModulesContainer).values()].flatMap((module) => [...module.controllers.values()]);
  for (const { metatype } of controllers) {
    if (typeof metatype !== 'function') continue;
    const prototype = metatype.prototype as Record<string, unknown>;
    for (const name of scanner.getAllMethodNames(prototype)) {
      const handler = prototype[name];
      if (typeof handler !== 'function' || protectedHandlers.has(handler)) continue;
      if (!Reflect.hasMetadata('path', handler)) continue;
      protectedHandlers.add(handler);
      protect(prototype, name, handler, readRoutePolicy(metatype, handler));
    }
  }
}
