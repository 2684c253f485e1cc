import 'reflect-metadata';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CanActivate, Controller, Get, type INestApplication, Module, UseGuards } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import passport from 'passport';
import { Registry } from 'prom-client';
import {
  CurrentUser,
  GuardModule,
  type GuardModuleOptions,
  GuardRuntime,
  KeyturnGuard,
  Management,
  ManagementModule,
} from '../src/index.js';
import { createTestIssuer, type TestIssuer } from '../src/testing/index.js';
import { type RingServer, startRingServer } from './ring-server.js';
import { until } from './until.js';

const adapters = { Express: () => new ExpressAdapter(), Fastify: () => new FastifyAdapter() };

@Controller()
class Me {
  @Get('me')
  me(@CurrentUser('sub') sub: string): unknown {
    return { sub };
  }
}

const get = async (url: string, token?: string): Promise<{ status: number; body: Record<string, unknown> }> => {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(url, { headers });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

const start = async (
  imports: NonNullable<Parameters<typeof Module>[0]['imports']>,
  adapter: unknown = new FastifyAdapter(),
) => {
  @Module({ imports, controllers: [Me] })
  class App {}
  const module = await Test.createTestingModule({ imports: [App] }).compile();
  const app: INestApplication = module.createNestApplication(adapter as ExpressAdapter, { logger: false });
  await app.listen(0, '127.0.0.1');
  return { app, url: await app.getUrl() };
};

describe.each(Object.entries(adapters))('a service with a ring of its own on %s', (_name, createAdapter) => {
  let server: RingServer;
  let stateDir: string;
  let app: INestApplication;
  let url: string;
  let management: string;

  beforeAll(async () => {
    server = await startRingServer(60_000);
    stateDir = await mkdtemp(join(tmpdir(), 'guard-module-'));
    const node = { ring: 'access-tokens', stateDir, podUid: 'pod-2', urls: [server.url], pollMs: 50 };
    const guard = GuardModule.forRootAsync({
      useFactory: async (): Promise<GuardModuleOptions> => ({ method: 'ring', node, audience: 'keyturn' }),
    });
    ({ app, url } = await start([guard, ManagementModule.forRoot({ port: 0, host: '127.0.0.1' })], createAdapter()));
    management = app.get(Management).url;
    await until('the service is ready', async () => (await get(`${management}/readyz`)).status === 200);
  }, 30_000);

  afterAll(async () => {
    await app.close();
    await expect(fetch(`${management}/livez`)).rejects.toThrow();
    await server.stop();
    await rm(stateDir, { recursive: true });
  });

  it('loads the ring from its document server and follows it', async () => {
    expect(await get(`${url}/me`, server.issuer.mint({ sub: 'anna' }))).toEqual({ status: 200, body: { sub: 'anna' } });
    const { kid } = server.issuer.ring.active;
    const old = server.issuer.mint();
    server.change((ring) => ring.revoke(kid));
    const receipt = await get(`${management}/keyturn/v1/rings/access-tokens?atLeast=2`);
    expect(receipt.body).toMatchObject({
      ring: 'access-tokens',
      role: 'verifier',
      loaded: 2,
      durable: 2,
      podUid: 'pod-2',
    });
    expect(receipt.body['kids']).not.toContain(kid);
    expect((await get(`${url}/me`, old)).status).toBe(401);
    expect((await get(`${url}/me`, server.issuer.mint())).status).toBe(200);
  });

  it('answers canaries by its own verification, and refuses them on routes', async () => {
    const canary = async (credential: string): Promise<unknown> => {
      const init = { method: 'POST', body: JSON.stringify({ credential }) };
      return (await fetch(`${management}/keyturn/v1/rings/access-tokens/canary`, init)).json();
    };
    const credential = server.issuer.canary();
    expect(await canary(credential)).toEqual({ accepted: true, kid: server.issuer.ring.standby.kid });
    expect(await canary(server.issuer.mint())).toEqual({ accepted: false, reason: 'ERR_TOKEN_TYPE' });
    expect((await get(`${url}/me`, credential)).body).toMatchObject({ status: 401, code: 'ERR_TOKEN_TYPE' });
  });

  it('counts what it judged, for Prometheus', async () => {
    const token = server.issuer.mint();
    for (let i = 0; i < 3; i++) await get(`${url}/me`, token);
    await get(`${url}/me`, server.issuer.expired());
    await get(`${url}/me`, server.issuer.unknownKid());
    const text = await (await fetch(`${management}/metrics`)).text();
    const value = (pattern: RegExp): number => Number(pattern.exec(text)?.[1]);
    const labels = 'method="ring",ring="access-tokens"';
    expect(
      value(new RegExp(`keyturn_guard_verifications_total{${labels},result="accepted"} (\\d+)`)),
    ).toBeGreaterThanOrEqual(3);
    expect(value(new RegExp(`keyturn_guard_verifications_total{${labels},result="ERR_TOKEN_EXPIRED"} (\\d+)`))).toBe(1);
    expect(value(new RegExp(`keyturn_guard_cache_hits_total{${labels}} (\\d+)`))).toBeGreaterThanOrEqual(2);
    expect(value(new RegExp(`keyturn_guard_unknown_kids_total{${labels}} (\\d+)`))).toBeGreaterThanOrEqual(1);
    expect(value(new RegExp(`keyturn_guard_ring_generation{${labels}} (\\d+)`))).toBe(2);
    expect(value(new RegExp(`keyturn_guard_ring_age_seconds{${labels}} ([\\d.e-]+)`))).toBeGreaterThanOrEqual(0);
    expect(value(/keyturn_ring_loaded_generation\{.*\} (\d+)/)).toBe(2);
    expect(text).not.toContain(token);
  });
});

describe('a service whose ring cannot be loaded yet', () => {
  it('starts, is not ready, answers 503, and begins to serve by itself once the ring is there', async () => {
    const server = await startRingServer(60_000);
    const stateDir = await mkdtemp(join(tmpdir(), 'guard-waiting-'));
    const port = Number(new URL(server.url).port);
    await server.stop();
    const node = { ring: 'access-tokens', stateDir, podUid: 'pod-3', urls: [server.url], pollMs: 20, timeoutMs: 200 };
    const imports = [
      GuardModule.forRoot({ method: 'ring', node, audience: 'keyturn' }),
      ManagementModule.forRoot({ port: 0, host: '127.0.0.1' }),
    ];
    const { app, url } = await start(imports);
    let again: RingServer | undefined;
    try {
      const management = app.get(Management).url;
      const token = server.issuer.mint();
      expect((await get(`${management}/livez`)).status).toBe(200);
      expect((await get(`${management}/readyz`)).status).toBe(503);
      expect((await get(`${url}/me`, token)).body).toMatchObject({ code: 'ERR_KEY_SOURCE_UNAVAILABLE', status: 503 });
      again = await startRingServer(60_000, { issuer: server.issuer, port });
      await until('the ring is there', async () => (await get(`${management}/readyz`)).status === 200);
      expect((await get(`${url}/me`, token)).status).toBe(200);
    } finally {
      await app.close();
      await again?.stop();
      await rm(stateDir, { recursive: true });
    }
  }, 30_000);
});

describe('the module', () => {
  /** Closed after each test, also after one that fails: an open server would keep the process alive. */
  const open: INestApplication[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((app) => app.close()));
  });
  const startHere = async (...given: Parameters<typeof start>): ReturnType<typeof start> => {
    const started = await start(...given);
    open.push(started.app);
    return started;
  };

  const options = (issuer: TestIssuer): GuardModuleOptions => issuer.guardOptions();

  it('lets a test put another guard in the place of the global one', async () => {
    const guard: CanActivate = {
      canActivate: (context) => {
        context.switchToHttp().getRequest<{ user: unknown }>().user = { sub: 'test-user' };
        return true;
      },
    };
    @Module({ imports: [GuardModule.forRoot(options(createTestIssuer()))], controllers: [Me] })
    class App {}
    const module = await Test.createTestingModule({ imports: [App] })
      .overrideProvider(KeyturnGuard)
      .useValue(guard)
      .compile();
    const app = module.createNestApplication(new FastifyAdapter());
    open.push(app);
    await app.listen(0, '127.0.0.1');
    expect(await get(`${await app.getUrl()}/me`)).toEqual({ status: 200, body: { sub: 'test-user' } });
  });

  it('keeps two applications of one process apart, also in passport and in one registry of metrics', async () => {
    const [a, b] = [createTestIssuer(), createTestIssuer()];
    const registry = new Registry();
    const first = await startHere([GuardModule.forRoot({ ...options(a), registry })]);
    const second = await startHere([GuardModule.forRoot({ ...options(b), registry })]);
    expect((await get(`${first.url}/me`, a.mint())).status).toBe(200);
    expect((await get(`${second.url}/me`, b.mint())).status).toBe(200);
    expect((await get(`${first.url}/me`, b.mint())).status).toBe(401);
    expect((await get(`${second.url}/me`, a.mint())).status).toBe(401);
    expect(await registry.metrics()).toMatch(/result="accepted"} 2/);
    const names = [first, second].map(({ app }) => app.get(GuardRuntime).strategy);
    expect(new Set(names).size).toBe(2);
    await Promise.all(open.splice(0).map((app) => app.close()));
    for (const name of names) expect(passport).not.toHaveProperty(['_strategies', name]);
  });

  it('guards only what asks for it with everyRoute: false, each module by its own issuer', async () => {
    const [a, b] = [createTestIssuer(), createTestIssuer()];
    @Controller('a')
    class A extends Me {}
    @UseGuards(KeyturnGuard)
    @Controller('b')
    class B extends Me {}
    @UseGuards(KeyturnGuard)
    @Controller('c')
    class C extends Me {}
    @Module({ imports: [GuardModule.forRoot({ ...options(a), everyRoute: false })], controllers: [A, B] })
    class First {}
    @Module({ imports: [GuardModule.forRoot({ ...options(b), everyRoute: false })], controllers: [C] })
    class Second {}
    const { url } = await startHere([First, Second]);
    expect((await get(`${url}/a/me`)).status).toBe(200);
    expect((await get(`${url}/b/me`)).status).toBe(401);
    expect((await get(`${url}/b/me`, a.mint())).status).toBe(200);
    expect((await get(`${url}/c/me`, a.mint())).status).toBe(401);
    expect((await get(`${url}/c/me`, b.mint())).status).toBe(200);
  });

  it.each(Object.entries(adapters))('is a passport strategy as well, on %s', async (_name, createAdapter) => {
    const issuer = createTestIssuer();
    @UseGuards(AuthGuard('composed'))
    @Controller('composed')
    class Composed extends Me {}
    @Module({
      controllers: [Composed],
      imports: [GuardModule.forRoot({ ...options(issuer), strategy: 'composed', everyRoute: false })],
    })
    class Feature {}
    const { url } = await startHere([Feature], createAdapter());
    expect(await get(`${url}/composed/me`, issuer.mint({ sub: 'anna' }))).toEqual({
      status: 200,
      body: { sub: 'anna' },
    });
    expect((await get(`${url}/composed/me`)).status).toBe(401);
    expect((await get(`${url}/composed/me`, issuer.expired())).status).toBe(401);
    issuer.node.setUsable(false);
    expect((await get(`${url}/composed/me`, issuer.mint())).body).toMatchObject({
      status: 503,
      code: 'ERR_KEY_SOURCE_UNAVAILABLE',
    });
  });

  it('refuses options that make no sense when the application starts', async () => {
    const issuer = createTestIssuer();
    await expect(startHere([GuardModule.forRoot({ ...options(issuer), header: false })])).rejects.toThrow(
      /^header, cookie:/,
    );
    await expect(startHere([GuardModule.forRoot({ method: 'ring', audience: '', node: issuer.node })])).rejects.toThrow(
      /^audience:/,
    );
  });
});
