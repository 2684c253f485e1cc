import { afterEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { UNKNOWN_KID_LIMITS } from '../src/rules/unknown-kid.js';
import { UnknownKidGate } from '../src/sources/unknown-kid-gate.js';
import { createManualClock, createTestRing } from '../src/testing/index.js';
import { Cleanup, codeOf, eventually, live } from './harness.js';
import { createHostileServer } from './hostile-server.js';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const never = new AbortController().signal;

describe('P5: a flood of random kids', () => {
  it('of 5,000 a second for 10 s causes one fetch a second, and a new key is fetched within a second of its first sight', async () => {
    const clock = createManualClock();
    const fetchedAt: number[] = [];
    const gate = new UnknownKidGate(async () => void fetchedAt.push(clock.monotonic()), clock, never);
    const began = clock.monotonic();
    const delays: number[] = [];
    const pending: Promise<unknown>[] = [];
    for (let tick = 0; tick < 1000; tick++) {
      for (let kid = 0; kid < 50; kid++) pending.push(gate.request(randomUUID()));
      if (tick % 70 === 3) {
        const seen = clock.monotonic();
        pending.push(gate.request(`new-${tick}`).then((fetched) => fetched && delays.push(clock.monotonic() - seen)));
      }
      await clock.advance(10);
    }
    await clock.advance(2000);
    await Promise.all(pending);
    expect(clock.monotonic() - began).toBe(12_000);
    expect(fetchedAt.length).toBeLessThanOrEqual(12);
    for (let at = 1; at < fetchedAt.length; at++)
      expect(fetchedAt[at]! - fetchedAt[at - 1]!).toBeGreaterThanOrEqual(1000);
    expect(delays).toHaveLength(15);
    for (const delay of delays) expect(delay).toBeLessThanOrEqual(1000);
  });

  it('fills no memory: those above the bound are told at once to come again, and the list of absent kids is bounded', async () => {
    const clock = createManualClock();
    let fetches = 0;
    const limits = { ...UNKNOWN_KID_LIMITS, mostWaiting: 100, mostAbsent: 50 };
    const gate = new UnknownKidGate(async () => void fetches++, clock, never, limits);
    await gate.request('first');
    const answers: string[] = [];
    const note = (answer: string) => () => void answers.push(answer);
    for (let kid = 0; kid < 300; kid++) void gate.request(`kid-${kid}`).then(note('fetched'), note('full'));
    await clock.advance(500);
    expect(answers).toEqual(Array.from({ length: 200 }, () => 'full'));
    await clock.advance(600);
    expect(answers.filter((answer) => answer === 'fetched')).toHaveLength(100);
    expect(fetches).toBe(2);
    expect((gate as unknown as { absent: Map<string, number> }).absent.size).toBe(50);
  });
});

describe('P5: one unknown kid', () => {
  it('waits for a fetch that began after it was seen, not for one under way', async () => {
    const clock = createManualClock();
    const ends: (() => void)[] = [];
    const gate = new UnknownKidGate(() => new Promise((resolve) => ends.push(resolve)), clock, never);
    const early = gate.request('early');
    await clock.advance(0);
    let answered = false;
    const late = gate.request('late').then(() => (answered = true));
    await clock.advance(1500);
    ends[0]!();
    await early;
    await clock.advance(0);
    expect(answered).toBe(false);
    expect(ends).toHaveLength(2);
    ends[1]!();
    await late;
  });

  it('that a fetch has just not found waits for no other, and may cause one a second later', async () => {
    const clock = createManualClock();
    let fetches = 0;
    const gate = new UnknownKidGate(async () => void fetches++, clock, never);
    expect(await gate.request('absent')).toBe(true);
    expect(await gate.request('absent')).toBe(false);
    await clock.advance(1000);
    expect(await gate.request('absent')).toBe(true);
    expect(fetches).toBe(2);
  });
});

describe('P5: a node', () => {
  it('finds a new key at once, says so, and reaches the document server once a second at most', async () => {
    const clock = createManualClock();
    const ring = await createTestRing({ clock });
    const server = await createHostileServer(cleanup);
    const documents = await cleanup.serve({ documents: { document: async () => ring.document() } });
    server.answer = (request, response) =>
      void fetch(`${documents}${request.url}`).then(async (answer) =>
        response.writeHead(answer.status).end(await answer.text()),
      );
    const node = cleanup.node({
      ring: 'access-tokens',
      role: 'verifier',
      stateDir: await cleanup.folder(),
      podUid: 'pod-1',
      urls: [server.url],
      pollMs: 3_600_000,
      clock,
    });
    await node.start();
    const before = server.requests.length;
    await ring.rotate();
    expect(await node.refreshForUnknownKid(ring.standby.kid)).toBe(true);
    expect(node.require().document.keys.map(({ kid }) => kid)).toContain(ring.standby.kid);
    const flood = Array.from({ length: 500 }, () => node.refreshForUnknownKid(randomUUID()));
    await eventually('they wait', () => clock.sleeping() > 1);
    await clock.advance(1000);
    expect(await Promise.all(flood)).toEqual(flood.map(() => false));
    expect(server.requests.length - before).toBe(2);
  });

  it('says that no ring is available when the fetch fails: 503 and never 401', async () => {
    const clock = createManualClock();
    const ring = await createTestRing({ clock });
    const node = cleanup.node({
      ring: 'access-tokens',
      role: 'verifier',
      stateDir: await cleanup.folder(),
      podUid: 'pod-1',
      truth: ring.truth,
      clock,
    });
    await node.start();
    ring.truth.fail();
    expect(await codeOf(() => node.refreshForUnknownKid('kid'))).toBe('ERR_RING_UNAVAILABLE');
    expect(node.ready()).toBe(true);
    await live(clock, 2000, 1000);
    ring.truth.heal();
    expect(await node.refreshForUnknownKid('kid')).toBe(false);
  });
});
