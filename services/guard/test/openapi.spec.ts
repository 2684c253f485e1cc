import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, type INestApplication, Module, Post } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { ApiResponse, DocumentBuilder, type OpenAPIObject } from '@nestjs/swagger';
import { Test } from '@nestjs/testing';
import { createGuardedDocument } from '../src/openapi/index.js';
import { GuardModule, OptionalAuth, PathUser, Permissions, Public, Roles } from '../src/index.js';
import { createTestIssuer } from '../src/testing/index.js';

@PathUser('userId')
@Controller('api/:userId/tasks')
class Tasks {
  @Get()
  list(): void {}

  @Permissions('tasks:write')
  @ApiResponse({ status: 403, description: 'In the words of the author' })
  @Post()
  create(): void {}
}

@Controller()
class Others {
  @Get('plain')
  plain(): void {}

  @Public()
  @Get('open')
  open(): void {}

  @OptionalAuth()
  @Get('maybe')
  maybe(): void {}

  @Roles('admin')
  @Get('admin')
  admin(): void {}
}

describe('the OpenAPI document of a guarded service', () => {
  let app: INestApplication;
  let document: OpenAPIObject;

  beforeAll(async () => {
    @Module({ imports: [GuardModule.forRoot(createTestIssuer().guardOptions())], controllers: [Tasks, Others] })
    class App {}
    app = (await Test.createTestingModule({ imports: [App] }).compile()).createNestApplication(new FastifyAdapter());
    await app.init();
    const config = new DocumentBuilder().setTitle('Tasks').build();
    createGuardedDocument(app, config);
    document = createGuardedDocument(app, config);
  });
  afterAll(() => app.close());

  const operation = (path: string, method: 'get' | 'post' = 'get') => document.paths[path]?.[method];
  const statuses = (path: string): string[] => Object.keys(operation(path)?.responses ?? {}).sort();

  it('has the lock on guarded routes, once, and on no others', () => {
    expect(operation('/plain')?.security).toEqual([{ keyturn: [] }]);
    expect(operation('/api/{userId}/tasks')?.security).toEqual([{ keyturn: [] }]);
    expect(operation('/maybe')?.security).toEqual([{ keyturn: [] }, {}]);
    expect(operation('/open')?.security).toBeUndefined();
    expect(document.components?.securitySchemes).toEqual({ keyturn: { type: 'http', scheme: 'bearer' } });
  });

  it('lists the refusals of each route: 403 only where something is asked for', () => {
    expect(statuses('/open')).toEqual(['200']);
    expect(statuses('/plain')).toEqual(['200', '401', '503']);
    expect(statuses('/admin')).toEqual(['200', '401', '403', '503']);
    expect(statuses('/api/{userId}/tasks')).toEqual(['200', '401', '403', '503']);
    expect(operation('/admin')?.responses?.['403']).toMatchObject({
      description: 'The user needs one of the roles admin',
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    });
    expect(document.components?.schemas).toHaveProperty('Problem.required', ['type', 'title', 'status']);
  });

  it('leaves a response alone that the author described', () => {
    expect(operation('/api/{userId}/tasks', 'post')?.responses?.['403']).toMatchObject({
      description: 'In the words of the author',
    });
  });
});
