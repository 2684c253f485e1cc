import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import {
  createJwksSource,
  type JwksSource,
  type JwksSourceOptions,
  type PublicJwk,
  SIGNING_ALGORITHMS,
} from '../src/index.js';
import {
  createManualClock,
  createTestKeyMaterial,
  createTestRing,
  type ManualClock,
  type TestRing,
} from '../src/testing/index.js';
import { asTimePasses, Cleanup, codeOf, createReports, eventually } from './harness.js';
import { createHostileServer, type HostileServer } from './hostile-server.js';

const MINUTE = 60_000;

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

let ring: TestRing;
let server: HostileServer;
let clock: ManualClock;
let reports: ReturnType<typeof createReports>;

beforeEach(async () => {
  clock = createManualClock();
  ring = await createTestRing({ clock });
  server = await createHostileServer(cleanup);
  server.answer = publish;
  reports = createReports();
});

const publish: HostileServer['answer'] = (_request, response) => void response.end(JSON.stringify(ring.jwks()));
const refuse: HostileServer['answer'] = (_request, response) => void response.writeHead(500).end();

const open = (options: Partial<JwksSourceOptions> = {}): JwksSource => {
  const source = createJwksSource({
    url: `${server.url}/jwks.json`,
    clock,
    logger: reports,
    // On a busy machine an answer takes its time; a fetch that fails is tried again by a clock that nobody moves.
    timeoutMs: 20_000,
    ...options,
  });
  cleanup.add(() => source.stop());
  return source;
};

const started = async (options: Partial<JwksSourceOptions> = {}): Promise<JwksSource> => {
  const source = open(options);
  await source.start();
  return source;
};

describe('foreign keys', () => {
  it('are found by kid without a fetch each, in one set', async () => {
    const source = await started();
    expect([...source.keys().values()]).toEqual(ring.jwks().keys);
    for (let time = 0; time < 20; time++) expect(await source.find(ring.active.kid)).toEqual(ring.jwks().keys[0]);
    expect(server.requests).toHaveLength(1);
  });

  it('are made complete, and keys that verify nothing of ours are left out', async () => {
    const materials = await Promise.all(SIGNING_ALGORITHMS.map(createTestKeyMaterial));
    const open2 = ({
      alg: _alg,
      use: _use,
      d: _d,
      p: _p,
      q: _q,
      dp: _dp,
      dq: _dq,
      qi: _qi,
      ...jwk
    }: Record<string, unknown>) => jwk;
    const bare = materials.map(({ jwk }) => open2({ ...jwk! }));
    const pss = { ...bare[3], alg: 'PS256' };
    const useless = [
      { ...bare[0], kid: 'encrypts', use: 'enc' },
      { ...bare[0], kid: 'off-curve', x: bare[0]!.y, y: bare[0]!.x },
      { ...bare[0], kid: undefined },
      { ...materials[0]!.jwk, kid: 'leaked' },
      { kty: 'oct', kid: 'secret', k: 'AAAA' },
      { kty: 'EC', crv: 'secp256k1', kid: 'coin', x: bare[0]!.x, y: bare[0]!.y },
      'no key',
      null,
    ];
    const keys = [
      ...bare.slice(0, 3),
      pss,
      bare[4],
      ...useless.filter((key) => typeof key === 'object' && key !== null),
    ];
    server.answer = (_request, response) => void response.end(JSON.stringify({ keys }));
    const source = await started();
    const found = [...source.keys().values()].map(({ kid, alg, use }: PublicJwk) => ({ kid, alg, use }));
    expect(found).toEqual(materials.map(({ kid }, index) => ({ kid, alg: SIGNING_ALGORITHMS[index], use: 'sig' })));
  });

  it('are fetched again before they are stale, in the background', async () => {
    const source = await started({ maxAgeMs: 10 * MINUTE });
    await ring.rotate();
    await eventually('it sleeps', () => clock.sleeping() > 0);
    await clock.advance(8 * MINUTE);
    await eventually('the new set', () => source.keys().size === 3);
    expect(server.requests).toHaveLength(2);
  });

  it('are used while the issuer is down, up to the hard limit and not beyond, and come back', async () => {
    const source = await started({ hardLimitMs: 60 * MINUTE });
    server.answer = refuse;
    await asTimePasses(clock, 'a failure', () => reports.events().includes('read-failed'), MINUTE);
    await clock.advance(20 * MINUTE);
    expect(await source.find(ring.active.kid)).toBeDefined();
    await clock.advance(40 * MINUTE);
    expect(await codeOf(() => source.keys())).toBe('ERR_RING_UNAVAILABLE');
    expect(await codeOf(() => source.find(ring.active.kid))).toBe('ERR_RING_UNAVAILABLE');
    expect(source.ready()).toBe(false);
    server.answer = publish;
    await asTimePasses(clock, 'it recovers', () => source.ready(), 1000);
    expect(reports.events()).toEqual(['read-failed', 'read-recovered']);
  });

  it.each<[string, HostileServer['answer']]>([
    ['an empty set', (_request, response) => void response.end('{"keys":[]}')],
    [
      'keys without a kid',
      (_request, response) => void response.end(JSON.stringify({ keys: [{ ...ring.jwks().keys[0], kid: '' }] })),
    ],
    ['no set', (_request, response) => void response.end('[]')],
    ['no JSON', (_request, response) => void response.end('<html>')],
    ['too much', (_request, response) => void response.end(Buffer.alloc(2_000_000, 32))],
    ['nothing', () => undefined],
  ])('are not replaced by %s', async (_name, answer) => {
    const source = await started({ timeoutMs: 2_000 });
    server.answer = answer;
    const size = source.keys().size;
    await asTimePasses(clock, 'a failure', () => reports.events().includes('read-failed'), MINUTE);
    expect(source.keys().size).toBe(size);
  });

  it('are unavailable before the first set, which is tried for until it comes', async () => {
    server.answer = refuse;
    const source = open();
    void source.start();
    expect(await codeOf(() => source.find('kid'))).toBe('ERR_RING_UNAVAILABLE');
    await eventually('a first try', () => server.requests.length > 0);
    server.answer = publish;
    await asTimePasses(clock, 'the first set', () => source.ready(), 500);
  });
});

describe('an unknown kid', () => {
  it('is found by one fetch that all who ask share', async () => {
    const source = await started();
    const kid = await ring.rotate().then(() => ring.standby.kid);
    const found = await Promise.all(Array.from({ length: 100 }, () => source.find(kid)));
    expect(found.every((key) => key?.kid === kid)).toBe(true);
    expect(server.requests).toHaveLength(2);
  });

  it('cannot be kept out by 5,000 random ones a second, which reach the issuer once a second', async () => {
    const source = await started();
    const flood: Promise<unknown>[] = [];
    const found: Promise<unknown>[] = [];
    for (let tick = 0; tick < 30; tick++) {
      for (let kid = 0; kid < 500; kid++) flood.push(source.find(randomUUID()));
      if (tick === 12) {
        await ring.addPending();
        found.push(source.find(ring.standby.kid));
      }
      await clock.advance(100);
    }
    await eventually('the fetch', async () => {
      await clock.advance(1000);
      return source.keys().has(ring.standby.kid);
    });
    expect(await Promise.all(found)).toEqual([ring.jwks().keys[2]]);
    expect(await Promise.all(flood).then((keys) => keys.every((key) => key === undefined))).toBe(true);
    expect(server.requests.length).toBeLessThanOrEqual(6);
  });

  it('while the issuer is down is no bad token: unavailable', async () => {
    const source = await started();
    server.answer = refuse;
    expect(await codeOf(() => source.find('kid'))).toBe('ERR_RING_UNAVAILABLE');
    expect(await codeOf(() => source.find(ring.active.kid))).toBe('none');
  });
});

describe('a URL that cannot work', () => {
  it.each(['localhost', 'file:///etc/passwd', 'http://user:pass@localhost/'])('%s is a TypeError', (url) => {
    expect(() => createJwksSource({ url })).toThrow(TypeError);
  });
});
