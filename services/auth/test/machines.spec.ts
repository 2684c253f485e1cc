import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GuardModule, Scopes } from '@keyturn/guard';
import type { PostgresServer } from '@keyturn/postgres';
import { Controller, Get, type INestApplication, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { clientCredentialsGrant, ClientSecretPost, tokenIntrospection } from 'openid-client';
import type { ClientWithSecret } from '../src/admin/clients/clients.controller.js';
import { administrator, askAdmin, createClient, offTheShelf } from './support/clients.js';
import { signUp } from './support/people.js';
import { startPostgres, World } from './support/platform.js';
import { ISSUER } from './support/ring.js';
import { until } from './support/until.js';

@Controller()
class Reports {
  @Get('read')
  @Scopes('reports:read')
  read(): string {
    return 'read';
  }

  @Get('write')
  @Scopes('reports:read', 'reports:write')
  write(): string {
    return 'written';
  }
}

let postgres: PostgresServer;
let world: World;
let guarded: INestApplication;
let guardedUrl: string;

beforeAll(async () => {
  postgres = await startPostgres();
  const environment = { KEYTURN_CLIENT_SCOPES: 'reports:read,reports:write', KEYTURN_SWEEP_INTERVAL: '100ms' };
  world = await World.create(postgres, { environment });
  await world.start();
  await world.start();
  const source = { url: `${world.replicas[0]!.url}/.well-known/jwks.json`, maxAgeMs: 500 };
  @Module({
    imports: [GuardModule.forRoot({ method: 'jwks', issuer: ISSUER, audience: 'keyturn', source })],
    controllers: [Reports],
  })
  class Guarded {}
  guarded = await NestFactory.create(Guarded, new FastifyAdapter(), { logger: false });
  await guarded.listen(0, '127.0.0.1');
  guardedUrl = await guarded.getUrl();
}, 60_000);

afterAll(async () => {
  await guarded?.close();
  await world?.stop();
  await postgres?.stop();
});

const machine = (scopes: string[], more = {}) => createClient(world, { name: 'nightly reports', scopes, ...more });

const tokenOf = async (client: ClientWithSecret, parameters: Record<string, string> = {}): Promise<string> =>
  (await clientCredentialsGrant(await offTheShelf(world, client), parameters)).access_token;

const ask = async (path: string, token: string): Promise<number> => {
  return until('the guard to have keys', async () => {
    const { status } = await fetch(`${guardedUrl}/${path}`, { headers: { authorization: `Bearer ${token}` } });
    return status !== 503 && status;
  });
};

describe('a machine', () => {
  it('gets a token of the ring for the platform, and a guarded route looks at its scopes', async () => {
    const client = await machine(['reports:read']);
    const token = await tokenOf(client, { resource: ISSUER });
    expect(decodeProtectedHeader(token)).toMatchObject({ typ: 'at+jwt', kid: world.tokens.inState('active').kid });
    const claims = { sub: client.clientId, iss: ISSUER, aud: 'keyturn', scope: 'reports:read' };
    expect(decodeJwt(token)).toMatchObject({ ...claims, permissions: ['reports:read'] });
    expect(decodeJwt(token)).not.toHaveProperty('role');
    expect(await ask('read', token)).toBe(200);
    expect(await ask('write', token)).toBe(403);
    expect(await ask('write', await tokenOf(await machine(['reports:read', 'reports:write'])))).toBe(200);
  });

  it('needs not name the resource, may ask for less, and never gets more than it was allowed', async () => {
    const client = await machine(['reports:read', 'reports:write']);
    expect(decodeJwt(await tokenOf(client))).toMatchObject({ aud: 'keyturn', scope: 'reports:read reports:write' });
    expect(decodeJwt(await tokenOf(client, { scope: 'reports:read' }))).toMatchObject({ scope: 'reports:read' });
    for (const scope of ['tasks:read', 'openid', 'reports:read admin']) {
      await expect(tokenOf(client, { scope })).rejects.toMatchObject({ error: 'invalid_scope' });
    }
    await expect(tokenOf(client, { resource: 'https://elsewhere.test' })).rejects.toMatchObject({
      error: 'invalid_target',
    });
  });

  it('is told apart from strangers in the words of OAuth', async () => {
    const client = await machine(['reports:read']);
    const stranger = { ...client, clientSecret: 'not the secret' };
    await expect(tokenOf(stranger)).rejects.toMatchObject({ status: 401 });
    const posting = await machine(['reports:read'], { authMethod: 'client_secret_post' });
    const method = ClientSecretPost(posting.clientSecret!);
    const { token_type: type } = await clientCredentialsGrant(await offTheShelf(world, posting, method));
    expect(type).toBe('bearer');
  });

  it('goes on through rotations of both rings, and what it holds stays good', async () => {
    const client = await machine(['reports:read']);
    const configuration = await offTheShelf(world, client);
    const before = (await clientCredentialsGrant(configuration)).access_token;
    await world.tokens.rotate();
    await world.rotateSession();
    const after = (await clientCredentialsGrant(configuration)).access_token;
    await world.session.retire();
    await world.settled();
    const last = (await clientCredentialsGrant(configuration)).access_token;
    expect(decodeProtectedHeader(after).kid).not.toBe(decodeProtectedHeader(before).kid);
    for (const token of [before, after, last]) {
      expect(await ask('read', token)).toBe(200);
      expect(await tokenIntrospection(configuration, token)).toMatchObject({ active: true, scope: 'reports:read' });
    }
  });

  it('is refused with a token of a revoked key, at once and without an error of ours', async () => {
    const configuration = await offTheShelf(world, await machine(['reports:read']));
    const token = (await clientCredentialsGrant(configuration)).access_token;
    expect(await tokenIntrospection(configuration, token)).toMatchObject({ active: true });
    await world.tokens.compromise();
    await world.settled();
    expect(await tokenIntrospection(configuration, token)).toEqual({ active: false });
    const userinfo = `${world.replicas[0]!.url}/api/auth/oauth2/userinfo`;
    const refused = await fetch(userinfo, { headers: { authorization: `Bearer ${token}` } });
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([
      401,
      expect.stringContaining('invalid_token'),
    ]);
  });
});

describe('a machine of a platform that signs with a shared secret', () => {
  it('gets tokens, which no endpoint takes that goes by published keys: refused in words of OAuth, without an error of ours', async () => {
    const shared = await World.create(postgres, {
      tokenAlgorithm: 'HS256',
      environment: { KEYTURN_CLIENT_SCOPES: 'reports:read' },
    });
    await shared.start();
    const client = await createClient(shared, { name: 'nightly reports', scopes: ['reports:read'] });
    const configuration = await offTheShelf(shared, client);
    const token = (await clientCredentialsGrant(configuration)).access_token;
    expect(decodeProtectedHeader(token)).toMatchObject({ alg: 'HS256' });
    expect(await tokenIntrospection(configuration, token)).toEqual({ active: false });
    const userinfo = `${shared.replicas[0]!.url}/api/auth/oauth2/userinfo`;
    const refused = await fetch(userinfo, { headers: { authorization: `Bearer ${token}` } });
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([
      401,
      expect.stringContaining('error="invalid_token"'),
    ]);
    expect(await (await fetch(`${shared.replicas[0]!.url}/.well-known/jwks.json`)).json()).toMatchObject({ keys: [] });
    const failures = shared.log.lines.filter((line) =>
      /"level":"error".*"source":"better-auth"|Better Auth failed/.test(line),
    );
    expect(failures).toEqual([]);
    await shared.stop();
  });
});

describe('the administration of clients', () => {
  it('shows a secret once and keeps its hash; rotates it; deletes the client', async () => {
    const client = await machine(['reports:read']);
    const { browser } = await administrator(world);
    const list = await (await askAdmin(browser, 'GET', '/clients')).text();
    expect(list).toContain(client.clientId);
    const stored = JSON.stringify(await world.query('select * from "oauthClient"'));
    for (const text of [list, stored, world.log.lines.join('')]) expect(text).not.toContain(client.clientSecret);

    const rotated = await askAdmin(browser, 'POST', `/clients/${client.clientId}/rotate-secret`);
    const { clientSecret } = (await rotated.json()) as ClientWithSecret;
    await expect(tokenOf(client)).rejects.toMatchObject({ status: 401 });
    expect(await tokenOf({ ...client, clientSecret })).toMatch(/^eyJ/);

    expect((await askAdmin(browser, 'DELETE', `/clients/${client.clientId}`)).status).toBe(204);
    await expect(tokenOf({ ...client, clientSecret })).rejects.toMatchObject({ status: 401 });
    expect((await askAdmin(browser, 'DELETE', `/clients/${client.clientId}`)).status).toBe(404);
  });

  it('names the field and the rule of what it refuses', async () => {
    const { browser } = await administrator(world);
    for (const [field, body] of [
      ['name', { scopes: ['reports:read'] }],
      ['scopes', { name: 'x' }],
      ['scopes', { name: 'x', scopes: ['root'] }],
      ['scopes', { name: 'x', scopes: ['openid'] }],
      ['type', { name: 'x', scopes: ['reports:read'], type: 'spaceship' }],
      ['redirectUris', { name: 'x', scopes: ['openid'], type: 'web' }],
      ['color', { name: 'x', scopes: ['reports:read'], color: 'blue' }],
    ] as const) {
      const answer = await askAdmin(browser, 'POST', '/clients', body);
      expect(answer.status).toBe(400);
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
      expect(await answer.json()).toMatchObject({ errors: [{ field, message: expect.any(String) }] });
    }
    const scheme = { name: 'x', type: 'web', scopes: ['openid'], redirectUris: ['javascript:alert(1)'] };
    expect((await askAdmin(browser, 'POST', '/clients', scheme)).status).toBe(400);
  });

  it('is for administrators who have just signed in, from a trusted page, and never for a token', async () => {
    const body = { name: 'x', scopes: ['reports:read'] };
    const user = world.browser();
    await signUp(user);
    expect((await askAdmin(world.browser(), 'POST', '/clients', body)).status).toBe(401);
    expect((await askAdmin(user, 'POST', '/clients', body)).status).toBe(403);
    expect((await askAdmin(user, 'GET', '/clients')).status).toBe(403);
    const { browser, email } = await administrator(world);
    const headers = { authorization: `Bearer ${await browser.token()}` };
    expect((await world.browser().call('/api/admin/clients', { method: 'POST', body, headers })).status).toBe(401);
    const evil = { origin: 'https://evil.example' };
    expect((await browser.call('/api/admin/clients', { method: 'POST', body, headers: evil })).status).toBe(403);
    await world.query(
      `update "session" set "confirmedAt" = now() - interval '301 seconds'
       where "userId" = (select "id" from "user" where "email" = $1)`,
      [email],
    );
    expect((await askAdmin(browser, 'GET', '/clients')).status).toBe(200);
    expect((await askAdmin(browser, 'POST', '/clients', body)).status).toBe(403);
  });

  it('has no other door: what the plugin offers is closed', async () => {
    const { browser } = await administrator(world);
    const body = { client_name: 'x', redirect_uris: ['https://x.test'], grant_types: ['authorization_code'] };
    for (const path of ['create-client', 'register', 'update-client', 'delete-client', 'client/rotate-secret']) {
      expect((await browser.post(`/oauth2/${path}`, body)).status).toBe(404);
    }
    for (const path of ['/oauth2/get-clients', '/admin/oauth2/resources']) {
      expect((await browser.get(path)).status).toBe(404);
    }
    expect((await browser.post('/admin/oauth2/create-client', body)).status).toBe(404);
  });
});
