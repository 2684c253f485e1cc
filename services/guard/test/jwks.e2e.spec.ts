import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Controller, Get, type INestApplication, Module } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { CurrentUser, createTokenVerifier, GuardModule, type Principal } from '../src/index.js';
import { createTestIssuer, createTestKey, type TestKey } from '../src/testing/index.js';
import { until } from './until.js';

@Controller()
class Me {
  @Get('me')
  me(@CurrentUser() { sub, method }: Principal): unknown {
    return { sub, method };
  }
}

/** An issuer that is not ours: it publishes a JWK set and knows nothing of rings. */
describe('tokens of a foreign issuer', () => {
  const foreign = createTestIssuer({ issuer: 'https://foreign.test' });
  const [first, second, third] = [createTestKey('ES256'), createTestKey('RS256'), createTestKey('EdDSA')];
  let published: readonly TestKey[] = [first, second];
  let down = false;
  const asked = { times: 0 };
  let server: Server;
  let app: INestApplication;
  let url: string;

  const status = async (token: string): Promise<number> =>
    (await fetch(`${url}/me`, { headers: { authorization: `Bearer ${token}` } })).status;
  const mint = (key: TestKey, claims = {}): string => foreign.sign({ key, claims, header: { alg: key.jwk?.alg } });

  beforeAll(async () => {
    server = createServer((_request, response) => {
      asked.times += 1;
      if (down) response.writeHead(503).end();
      else
        response
          .setHeader('content-type', 'application/json')
          .end(JSON.stringify({ keys: published.map(({ jwk }) => jwk) }));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const source = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`, maxAgeMs: 2000 };
    const guard = { method: 'jwks', issuer: 'https://foreign.test', audience: 'keyturn', source } as const;
    @Module({ imports: [GuardModule.forRoot(guard)], controllers: [Me] })
    class App {}
    app = (await Test.createTestingModule({ imports: [App] }).compile()).createNestApplication(new FastifyAdapter());
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
    await until('the first fetch', async () => (await status(mint(first))) !== 503);
  }, 30_000);

  afterAll(async () => {
    await app.close();
    server.close();
  });

  it('are accepted by any published key, each with its own algorithm', async () => {
    const response = await fetch(`${url}/me`, { headers: { authorization: `Bearer ${mint(first, { sub: 'anna' })}` } });
    expect(await response.json()).toEqual({ sub: 'anna', method: 'jwks' });
    expect(await status(mint(second))).toBe(200);
    expect(await status(foreign.sign({ key: second, header: { alg: 'PS256' } }))).toBe(401);
    expect(await status(foreign.sign({ key: first, header: { alg: 'RS256' } }))).toBe(401);
  });

  it('are refused for another issuer, audience or key', async () => {
    expect(await status(mint(first, { iss: 'https://other.test' }))).toBe(401);
    expect(await status(mint(first, { aud: 'other' }))).toBe(401);
    expect(await status(mint(createTestKey('ES256')))).toBe(401);
  });

  it('of a new key are accepted at once, and of a withdrawn one refused after the next fetch, though known', async () => {
    const known = mint(first);
    expect(await status(known)).toBe(200);
    published = [second, third];
    expect(await status(mint(third))).toBe(200);
    expect(await status(known)).toBe(401);
  });

  it('stay accepted while the issuer is down; an unknown key is then a 503', async () => {
    down = true;
    const before = asked.times;
    await until('a fetch that fails', () => asked.times > before);
    expect(await status(mint(third))).toBe(200);
    expect(await status(mint(createTestKey('ES256')))).toBe(503);
    down = false;
  });

  it('cannot be verified without naming the issuer', () => {
    const source = { ready: () => true } as never;
    const options = { method: 'jwks', source, audience: 'keyturn', issuer: '' } as const;
    expect(() => createTokenVerifier(options)).toThrow(/^issuer:/);
  });
});
