import type { INestApplication } from '@nestjs/common';
import { MetadataScanner, ModulesContainer } from '@nestjs/core';
import { ApiExtension, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { readRoutePolicy, type RoutePolicy } from '../nest/route-policy.js';
import { type Operation, PROBLEM_SCHEMA, protect, SECURITY_SCHEME } from './operation.js';

type Config = Parameters<typeof SwaggerModule.createDocument>[1];
type Options = Parameters<typeof SwaggerModule.createDocument>[2];

/** Carries a route's policy from its handler to its operation; not in the finished document. */
const MARK = 'x-keyturn-route';

/**
 * The document of an application whose routes are guarded: `SwaggerModule.createDocument` with a lock, and the responses
 * 401, 403 and 503, on each guarded operation. Routes that are `@Public()` stay as they are; on `@OptionalAuth()` routes
 * the lock is optional.
 */
export function createGuardedDocument(app: INestApplication, config: Config, options?: Options): OpenAPIObject {
  markRoutes(app);
  const document = SwaggerModule.createDocument(app, config, options);
  for (const operation of operationsOf(document)) {
    const { [MARK]: policy, ...bare } = operation;
    if (policy === undefined) continue;
    delete operation[MARK];
    Object.assign(operation, protect(bare, policy as RoutePolicy));
  }
  const { schemas, securitySchemes, ...components } = document.components ?? {};
  return {
    ...document,
    components: {
      ...components,
      schemas: { Problem: PROBLEM_SCHEMA, ...schemas },
      securitySchemes: { [SECURITY_SCHEME]: { type: 'http', scheme: 'bearer' }, ...securitySchemes },
    },
  };
}

function markRoutes(app: INestApplication): void {
  const scanner = new MetadataScanner();
  const controllers = [...app.get(ModulesContainer).values()].flatMap((module) => [...module.controllers.values()]);
  for (const { metatype } of controllers) {
    if (typeof metatype !== 'function') continue;
    const prototype = metatype.prototype as Record<string, unknown>;
    for (const name of scanner.getAllMethodNames(prototype)) {
      const handler = prototype[name];
      if (typeof handler !== 'function' || !Reflect.hasMetadata('path', handler)) continue;
      ApiExtension(MARK, readRoutePolicy(metatype, handler))(prototype, name, { value: handler });
    }
  }
}

/** A path item holds operations by method, and other members that are no objects with responses. */
const operationsOf = ({ paths }: OpenAPIObject): Operation[] =>
  Object.values(paths).flatMap((item) => (Object.values(item) as Operation[]).filter((each) => each?.responses));
