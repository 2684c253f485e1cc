import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  Body,
  Controller,
  Get,
  type INestApplication,
  Module,
  Param,
  Post,
  ServiceUnavailableException,
} from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import {
  Audience,
  CurrentUser,
  GuardModule,
  OptionalAuth,
  PathUser,
  Permissions,
  type Principal,
  ProblemException,
  Public,
  Roles,
  Scopes,
} from '../src/index.js';
import { createTestIssuer, type TestIssuer } from '../src/testing/index.js';

@Controller('api')
class Routes {
  @Get('me')
  me(@CurrentUser() user: Principal): unknown {
    return { sub: user.sub, email: user.email, roles: user.roles };
  }

  @Public()
  @Get('open')
  open(@CurrentUser() user: Principal | undefined): unknown {
    return { user: user ?? null };
  }

  @OptionalAuth()
  @Get('maybe')
  maybe(@CurrentUser('sub') sub: string | undefined): unknown {
    return { sub: sub ?? null };
  }

  @Roles('admin', 'owner')
  @Get('admin')
  admin(): unknown {
    return {};
  }

  @Permissions('tasks:write')
  @Get('write')
  write(): unknown {
    return {};
  }

  @Scopes('reports')
  @Get('scoped')
  scoped(): unknown {
    return {};
  }

  @Audience('billing')
  @Get('billing')
  billing(): unknown {
    return {};
  }

  @PathUser('userId')
  @Get(':userId/tasks')
  tasks(@Param('userId') userId: string): unknown {
    return { userId };
  }

  @Get('fails/badly')
  fails(): unknown {
    throw new Error('secret-in-a-message');
  }

  @Get('fails/upstream')
  upstream(): unknown {
    throw new ServiceUnavailableException('db password wrong');
  }

  @Get('fails/problem')
  problem(): unknown {
    throw new ProblemException({ status: 409, title: 'Taken', code: 'ERR_TAKEN' }, { headers: { 'X-Why': 'taken' } });
  }

  @Post('echo')
  echo(@Body() body: unknown): unknown {
    return body;
  }
}

@Controller('contradictory')
class Contradictory {
  @OptionalAuth()
  @Roles('admin')
  @Get('optional')
  optional(): unknown {
    return {};
  }
}

@OptionalAuth()
@Roles('admin')
@Controller('contradictory-class')
class ContradictoryClass {
  @Get()
  get(): unknown {
    return {};
  }
}

@Roles('admin')
@Controller('contradictory-handler')
class ContradictoryHandler {
  @OptionalAuth()
  @Get()
  get(): unknown {
    return {};
  }
}

@Public()
@Controller('mixed')
class PublicController {
  @Get('open')
  open(): unknown {
    return {};
  }

  @Roles('admin')
  @Get('closed')
  closed(): unknown {
    return {};
  }
}

const adapters = { Express: () => new ExpressAdapter(), Fastify: () => new FastifyAdapter() };

describe.each(Object.entries(adapters))('a guarded service on %s', (_name, createAdapter) => {
  let issuer: TestIssuer;
  let app: INestApplication;
  let url: string;

  beforeAll(async () => {
    issuer = createTestIssuer();
    @Module({
      imports: [GuardModule.forRoot({ ...issuer.guardOptions(), cookie: 'access_token' })],
      controllers: [Routes, PublicController, Contradictory, ContradictoryClass, ContradictoryHandler],
    })
    class App {}
    const module = await Test.createTestingModule({ imports: [App] }).compile();
    app = module.createNestApplication(createAdapter() as ExpressAdapter, { logger: false });
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
  });

  afterAll(() => app.close());

  const get = (path: string, token?: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${url}${path}`, {
      headers: { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...headers },
    });

  it('lets a good token in and gives the handler its user', async () => {
    const token = issuer.mint({ sub: 'anna', email: 'anna@example.com', role: 'user,editor' });
    for (const _ of ['first seen', 'known']) {
      const response = await get('/api/me', token);
      expect(response.status).toBe(200);
      expect(await response.json()).toEqual({ sub: 'anna', email: 'anna@example.com', roles: ['user', 'editor'] });
    }
  });

  it('answers 401 with a bare challenge when no token came', async () => {
    const response = await get('/api/me');
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="keyturn"');
    expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(await response.json()).toEqual({
      type: 'urn:keyturn:problem:token-missing',
      title: 'Unauthorized',
      status: 401,
      detail: 'a bearer token is needed',
      code: 'ERR_TOKEN_MISSING',
    });
  });

  it('answers 401 invalid_token for a bad token', async () => {
    const response = await get('/api/me', issuer.expired());
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe(
      'Bearer realm="keyturn", error="invalid_token", error_description="the token has expired"',
    );
    expect(await response.json()).toMatchObject({ code: 'ERR_TOKEN_EXPIRED', status: 401 });
  });

  it('answers 503 with Retry-After, never 401, while no ring is usable', async () => {
    const known = issuer.mint();
    expect((await get('/api/me', known)).status).toBe(200);
    issuer.node.setUsable(false);
    try {
      for (const token of [known, issuer.mint(), 'rubbish']) {
        const response = await get('/api/me', token);
        expect(response.status).toBe(503);
        expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
        expect(response.headers.has('www-authenticate')).toBe(false);
        expect(await response.json()).toMatchObject({ code: 'ERR_KEY_SOURCE_UNAVAILABLE' });
      }
    } finally {
      issuer.node.setUsable(true);
    }
  });

  it('opens public routes without looking at a credential', async () => {
    expect(await (await get('/api/open', 'rubbish')).json()).toEqual({ user: null });
    expect((await get('/mixed/open')).status).toBe(200);
    expect((await get('/mixed/closed')).status).toBe(401);
    expect((await get('/mixed/closed', issuer.mint({ role: 'admin' }))).status).toBe(200);
  });

  it('lets nobody into a route that is optional and asks for a role as well', async () => {
    for (const path of ['/contradictory/optional', '/contradictory-class', '/contradictory-handler'])
      for (const token of [undefined, issuer.mint({ role: 'admin' })])
        expect((await get(path, token)).status).toBe(500);
  });

  it('lets an optional route be asked without a token, and refuses a bad one', async () => {
    expect(await (await get('/api/maybe')).json()).toEqual({ sub: null });
    expect(await (await get('/api/maybe', issuer.mint({ sub: 'anna' }))).json()).toEqual({ sub: 'anna' });
    expect((await get('/api/maybe', issuer.wrongAudience())).status).toBe(401);
  });

  it.each([
    ['/api/admin', { role: 'user' }, { role: 'owner' }, 'ERR_ROLE_REQUIRED'],
    ['/api/write', { permissions: ['tasks:read'] }, { permissions: ['tasks:*'] }, 'ERR_PERMISSION_REQUIRED'],
    ['/api/scoped', { scope: 'other' }, { scope: 'other reports' }, 'ERR_SCOPE_REQUIRED'],
    ['/api/billing', {}, { aud: ['keyturn', 'billing'] }, 'ERR_AUDIENCE_REQUIRED'],
    ['/api/anna/tasks', { sub: 'bob' }, { sub: 'anna' }, 'ERR_PATH_USER'],
  ])('answers 403 insufficient_scope on %s until the token suffices', async (path, poor, rich, code) => {
    const refused = await get(path, issuer.mint(poor));
    expect(refused.status).toBe(403);
    expect(refused.headers.get('www-authenticate')).toContain('error="insufficient_scope"');
    expect(await refused.json()).toMatchObject({ code, status: 403 });
    expect((await get(path, issuer.mint(rich))).status).toBe(200);
  });

  it('names the missing scope in the challenge', async () => {
    const response = await get('/api/scoped', issuer.mint());
    expect(response.headers.get('www-authenticate')).toMatch(/, scope="reports"$/);
  });

  it('reads the token from the configured cookie, after the header', async () => {
    const cookie = `other=1; access_token=${issuer.mint({ sub: 'anna' })}`;
    expect(await (await get('/api/me', undefined, { cookie })).json()).toMatchObject({ sub: 'anna' });
    expect(await (await get('/api/me', issuer.mint({ sub: 'bob' }), { cookie })).json()).toMatchObject({ sub: 'bob' });
  });

  it('answers errors of the service as problems, without what they were about', async () => {
    const token = issuer.mint();
    const badly = await get('/api/fails/badly', token);
    expect(badly.status).toBe(500);
    expect(await badly.json()).toEqual({ type: 'about:blank', title: 'Internal Server Error', status: 500 });
    const upstream = await get('/api/fails/upstream', token);
    expect(await upstream.json()).toEqual({ type: 'about:blank', title: 'Service Unavailable', status: 503 });
    const problem = await get('/api/fails/problem', token);
    expect(problem.headers.get('x-why')).toBe('taken');
    expect(await problem.json()).toEqual({ type: 'about:blank', title: 'Taken', status: 409, code: 'ERR_TAKEN' });
    const lost = await get('/nowhere', token);
    expect(lost.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(await lost.json()).toMatchObject({ status: 404, title: 'Not Found' });
  });

  it('answers a body that cannot be parsed as a problem of status 400', async () => {
    const headers = { authorization: `Bearer ${issuer.mint()}`, 'content-type': 'application/json' };
    const response = await fetch(`${url}/api/echo`, { method: 'POST', headers, body: '{"a":' });
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  });

  it('refuses a revoked key from the moment the ring changed, known token or not', async () => {
    const before = issuer.mint();
    expect((await get('/api/me', before)).status).toBe(200);
    await issuer.rotate();
    expect((await get('/api/me', before)).status).toBe(200);
    const current = issuer.mint();
    expect((await get('/api/me', current)).status).toBe(200);
    await issuer.revoke();
    expect((await get('/api/me', current)).status).toBe(401);
    expect((await get('/api/me', before)).status).toBe(200);
    expect((await get('/api/me', issuer.mint())).status).toBe(200);
  });
});
