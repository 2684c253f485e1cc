import 'reflect-metadata';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createHmac, randomBytes } from 'node:crypto';
import { Controller, Get, type INestApplication, Module } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { startPostgres, type PostgresServer } from '@keyturn/postgres';
import pg from 'pg';
import { createPostgresSessionStore, CurrentUser, GuardModule, Permissions, type Principal } from '../src/index.js';
import { MemoryRingNode, signSessionToken, TestRing } from '../src/testing/index.js';

const COOKIE = 'better-auth.session_token';
const TTL_MS = 1000;

@Controller()
class Routes {
  @Get('me')
  me(@CurrentUser() user: Principal): unknown {
    return user;
  }

  @Permissions('tasks:write')
  @Get('write')
  write(): unknown {
    return {};
  }
}

/** The tables as Better Auth makes them, and the role that auth's migrations give to services. */
const SCHEMA = `
  CREATE TABLE "user" (id text PRIMARY KEY, email text NOT NULL, "emailVerified" boolean NOT NULL, name text,
    role text);
  CREATE TABLE "session" (id text PRIMARY KEY, token text NOT NULL UNIQUE, "userId" text NOT NULL REFERENCES "user" (id),
    "expiresAt" timestamptz NOT NULL, "ipAddress" text);
  CREATE ROLE session_reader LOGIN PASSWORD 'reader';
  GRANT SELECT (token, "userId", "expiresAt") ON "session" TO session_reader;
  GRANT SELECT (id, email, "emailVerified", role) ON "user" TO session_reader;
  INSERT INTO "user" VALUES ('anna', 'anna@example.com', true, 'Anna', 'user'),
    ('bob', 'bob@example.com', false, 'Bob', NULL);`;

const adapters = { Express: () => new ExpressAdapter(), Fastify: () => new FastifyAdapter() };
let postgres: PostgresServer;

beforeAll(async () => {
  postgres = await startPostgres();
  await postgres.createDatabase('auth');
}, 60_000);
afterAll(() => postgres.stop());

describe.each(Object.entries(adapters))('session lookup on %s', (name, createAdapter) => {
  const ring = new TestRing('session-secret', 'opaque', 'https://issuer.test', 0);
  const node = new MemoryRingNode('session-secret', 'holder');
  let admin: pg.Pool;
  let reader: pg.Pool;
  let app: INestApplication;
  let url: string;
  let now = Date.now();

  beforeAll(async () => {
    admin = new pg.Pool({ connectionString: postgres.url('auth') });
    admin.on('error', () => undefined);
    if (name === 'Express') await admin.query(SCHEMA);
    const address = new URL(postgres.url('auth'));
    [address.username, address.password] = ['session_reader', 'reader'];
    reader = new pg.Pool({ connectionString: address.href, connectionTimeoutMillis: 2000 });
    reader.on('error', () => undefined);
    await node.load(ring.document());
    const store = createPostgresSessionStore({ pool: reader, schema: 'public' });
    const permissions = { user: ['tasks:read', 'tasks:write'] };
    const guard = {
      method: 'session',
      store,
      node,
      permissions,
      cookie: COOKIE,
      cacheTtlMs: TTL_MS,
      now: () => now,
    } as const;
    @Module({ imports: [GuardModule.forRoot(guard)], controllers: [Routes] })
    class App {}
    const module = await Test.createTestingModule({ imports: [App] }).compile();
    app = module.createNestApplication(createAdapter() as ExpressAdapter);
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
  }, 60_000);

  afterAll(async () => {
    await app.close();
    await reader.end();
    await admin.end();
  });

  let token: string;
  beforeEach(async () => {
    token = randomBytes(24).toString('base64url');
    await openSession(token, 'anna', 3600);
  });

  const openSession = (value: string, user: string, seconds: number): Promise<unknown> =>
    admin.query(`INSERT INTO "session" VALUES ($1, $1, $2, to_timestamp($3))`, [value, user, now / 1000 + seconds]);
  const bearer = (value: string, path = '/me'): Promise<Response> =>
    fetch(`${url}${path}`, { headers: { authorization: `Bearer ${value}` } });
  const cookie = (value: string): Promise<Response> =>
    fetch(`${url}/me`, { headers: { cookie: `${COOKIE}=${encodeURIComponent(value)}` } });

  it('accepts the raw session token as bearer and gives the principal that a token gives', async () => {
    const response = await bearer(token);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      sub: 'anna',
      userId: 'anna',
      email: 'anna@example.com',
      emailVerified: true,
      role: 'user',
      roles: ['user'],
      permissions: ['tasks:read', 'tasks:write'],
      method: 'session',
      claims: { sub: 'anna', email: 'anna@example.com', email_verified: true },
    });
    expect((await bearer(token, '/write')).status).toBe(200);
  });

  it('accepts a user without a role, who may do nothing special', async () => {
    const other = randomBytes(24).toString('base64url');
    await openSession(other, 'bob', 3600);
    expect(await (await bearer(other)).json()).toMatchObject({
      sub: 'bob',
      emailVerified: false,
      roles: [],
      permissions: [],
    });
    expect((await bearer(other, '/write')).status).toBe(403);
  });

  it('accepts the signed cookie and the signed bearer token, of every live secret', async () => {
    await node.load((ring.rotate(), ring.document()));
    for (const { secret = '' } of [ring.active, ring.standby]) {
      expect((await cookie(signSessionToken(token, secret))).status).toBe(200);
      expect((await bearer(signSessionToken(token, secret))).status).toBe(200);
      expect((await bearer(encodeURIComponent(signSessionToken(token, secret)))).status).toBe(200);
    }
  });

  it('refuses a cookie that is not signed, or signed by nobody we know', async () => {
    expect((await bearer(token)).status).toBe(200);
    for (const value of [token, `${token}.`, `${token}.AAAA`, signSessionToken(token, 'another secret')]) {
      const response = await cookie(value);
      expect(response.status).toBe(401);
      expect(await response.json()).toMatchObject({ code: 'ERR_TOKEN_SIGNATURE' });
    }
    const moved = signSessionToken('other', ring.active.secret ?? '').replace('other', token);
    expect((await cookie(moved)).status).toBe(401);
  });

  it('refuses a cookie of a revoked secret at once, though the session was known', async () => {
    const signed = signSessionToken(token, ring.active.secret ?? '');
    expect((await cookie(signed)).status).toBe(200);
    ring.revoke(ring.active.kid);
    await node.load(ring.document());
    expect((await cookie(signed)).status).toBe(401);
  });

  it('refuses a session that is unknown, expired or was ended, the last within the time of the cache', async () => {
    expect((await bearer('no-such-session')).status).toBe(401);
    await admin.query(`UPDATE "session" SET "expiresAt" = to_timestamp($2) WHERE token = $1`, [token, now / 1000 - 1]);
    const response = await bearer(token);
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ code: 'ERR_SESSION_UNKNOWN' });
    await admin.query(`UPDATE "session" SET "expiresAt" = to_timestamp($2) WHERE token = $1`, [token, now / 1000 + 99]);
    expect((await bearer(token)).status).toBe(200);
    await admin.query('DELETE FROM "session" WHERE token = $1', [token]);
    expect((await bearer(token)).status).toBe(200);
    now += TTL_MS;
    expect((await bearer(token)).status).toBe(401);
  });

  it('does not keep a session longer than it lives', async () => {
    const short = randomBytes(24).toString('base64url');
    await openSession(short, 'anna', 0.5);
    expect((await bearer(short)).status).toBe(200);
    now += 600;
    expect((await bearer(short)).status).toBe(401);
  });

  it('takes SQL in a token for a token', async () => {
    for (const value of ["' OR '1'='1", `${token}' --`, '%', token.slice(0, 10)]) {
      expect((await bearer(value)).status).toBe(401);
    }
  });

  it('verifies the canary of a secret, as the operator makes it', async () => {
    const { kid, secret = '' } = ring.standby;
    const nonce = randomBytes(16).toString('base64url');
    const mac = createHmac('sha256', secret).update(nonce).digest('base64url');
    await expect(node.canary(`${nonce}.${mac}`)).resolves.toEqual({ accepted: true, kid });
    for (const wrong of [`${nonce}x.${mac}`, nonce, '.', `${nonce}.${mac}.x`, `${nonce}.`]) {
      await expect(node.canary(wrong)).resolves.toEqual({ accepted: false, reason: 'ERR_TOKEN_SIGNATURE' });
    }
  });

  it('answers 503 while the database or the ring is away, and goes on by itself', async () => {
    const status: number[] = [];
    await postgres.restart({
      whileDown: async () => {
        const response = await bearer(token);
        status.push(response.status);
        expect(response.headers.get('retry-after')).toBe('1');
      },
    });
    expect(status).toEqual([503]);
    expect((await bearer(token)).status).toBe(200);
    node.setUsable(false);
    const signed = signSessionToken(token, ring.active.secret ?? '');
    expect((await cookie(signed)).status).toBe(503);
    node.setUsable(true);
    expect((await cookie(signed)).status).toBe(200);
  }, 60_000);
});
