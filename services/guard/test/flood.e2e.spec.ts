import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Controller, Get, type INestApplication, Module } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { createTokenVerifier, GuardModule, type TokenVerifier } from '../src/index.js';
import { type RingServer, startRingServer } from './ring-server.js';

/** Long enough that the node never looks by itself: every fetch is one that a kid has caused. */
const NEVER_MS = 3_600_000;
const FLOOD = { perMs: 5, kids: 50_000 };

/** A token that is fine but for its key: claims are judged first, so only such a one causes a fetch. */
const floodToken = (server: RingServer): (() => string) => {
  const [, claims] = server.issuer.mint().split('.');
  const signature = randomBytes(64).toString('base64url');
  return () => {
    const header = JSON.stringify({ alg: 'ES256', kid: randomBytes(16).toString('base64url') });
    return `${Buffer.from(header).toString('base64url')}.${claims}.${signature}`;
  };
};

/** A client that is told to come again comes again. A refusal is not retried: it would be a logout. */
const untilKnown = async (verifier: TokenVerifier, token: string): Promise<void> => {
  for (;;) {
    try {
      await verifier.verify(token);
      return;
    } catch (error) {
      if ((error as { code?: string }).code !== 'ERR_KEY_SOURCE_UNAVAILABLE') throw error;
      await sleep(50);
    }
  }
};

/** Starts that lie a second apart or more. */
const expectOneFetchASecond = (fetches: number, elapsedMs: number): void => {
  expect(fetches).toBeGreaterThan(0);
  expect(fetches).toBeLessThanOrEqual(Math.floor(elapsedMs / 1000) + 1);
};

describe('a flood of random kids', () => {
  let server: RingServer;

  beforeAll(async () => {
    server = await startRingServer(NEVER_MS);
  });
  const open: INestApplication[] = [];
  afterAll(async () => {
    await Promise.all(open.map((app) => app.close()));
    await server.stop();
  });

  const rotate = (): string => {
    server.change((ring) => ring.rotate());
    return server.issuer.sign({ key: server.issuer.ring.standby });
  };

  it('of 5,000 a second for 10 s causes at most one fetch a second, and the next one brings a real new key', async () => {
    const verifier = createTokenVerifier({ method: 'ring', node: server.node, audience: 'keyturn' });
    const next = floodToken(server);
    const before = server.asked();
    const verdicts: Promise<unknown>[] = [];
    const fetchesWaited: Promise<number>[] = [];
    const start = performance.now();
    let rotations = 0;
    for (let sent = 0; sent < FLOOD.kids || rotations < 4; ) {
      const due = Math.min(FLOOD.kids, Math.floor((performance.now() - start) * FLOOD.perMs));
      for (; sent < due; sent++) verdicts.push(verifier.verify(next()).catch((error: { code: string }) => error.code));
      if (performance.now() - start > 2000 * (rotations + 1) + 137 * rotations && rotations < 4) {
        rotations += 1;
        const token = rotate();
        const asked = server.asked();
        fetchesWaited.push(untilKnown(verifier, token).then(() => server.asked() - asked));
      }
      await sleep(1);
    }
    const codes = new Set(await Promise.all(verdicts));
    expect(verdicts).toHaveLength(FLOOD.kids);
    // On a machine that is too busy the queue of those who wait may be full; then nobody is called bad.
    codes.delete('ERR_KEY_SOURCE_UNAVAILABLE');
    expect([...codes]).toEqual(['ERR_TOKEN_UNKNOWN_KEY']);
    expectOneFetchASecond(server.asked() - before, performance.now() - start);
    // Fetches are a second apart: the next one brings the key, after one under way and one whose queue was full.
    expect(Math.max(...(await Promise.all(fetchesWaited)))).toBeLessThanOrEqual(3);
    verifier.close();
  }, 60_000);

  it('over HTTP neither, and no good token is refused meanwhile', async () => {
    const { app, url } = await serve(server);
    open.push(app);
    const next = floodToken(server);
    const before = server.asked();
    const start = performance.now();
    const good = server.issuer.mint();
    const status = async (token: string): Promise<number> =>
      (await fetch(`${url}/me`, { headers: { authorization: `Bearer ${token}` } })).status;
    const flood = { on: true };
    const flooders = Array.from({ length: 50 }, async () => {
      const seen = new Set<number>();
      while (flood.on) seen.add(await status(next()));
      return [...seen];
    });
    const statuses: number[] = [];
    for (let round = 0; round < 30; round++) {
      statuses.push(await status(good));
      await sleep(100);
      if (round === 15) statuses.push(await status(rotate()));
    }
    flood.on = false;
    for (const seen of await Promise.all(flooders)) expect(seen).toEqual([401]);
    expect(new Set(statuses)).toEqual(new Set([200]));
    expectOneFetchASecond(server.asked() - before, performance.now() - start);
  }, 60_000);
});

@Controller()
class Me {
  @Get('me')
  me(): unknown {
    return {};
  }
}

async function serve({ node }: RingServer): Promise<{ app: INestApplication; url: string }> {
  @Module({ imports: [GuardModule.forRoot({ method: 'ring', node, audience: 'keyturn' })], controllers: [Me] })
  class App {}
  const app = (await Test.createTestingModule({ imports: [App] }).compile()).createNestApplication(
    new FastifyAdapter(),
  );
  await app.listen(0, '127.0.0.1');
  return { app, url: await app.getUrl() };
}
