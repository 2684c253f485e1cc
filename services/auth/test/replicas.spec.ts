import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { PostgresServer } from '@keyturn/postgres';
import { Browser } from './support/browser.js';
import { signUp } from './support/people.js';
import { type Replica, startPostgres, World } from './support/platform.js';

let postgres: PostgresServer;
let world: World;
let ahead: Replica;
let behind: Replica;

beforeAll(async () => {
  postgres = await startPostgres();
}, 60_000);

afterEach(() => world?.stop());
afterAll(() => postgres?.stop());

/** Two replicas; the second one sees a change of the ring only after `catchUp`. */
const startPair = async (): Promise<void> => {
  world = await World.create(postgres);
  await copyTruth();
  ahead = await world.start();
  behind = await world.start({ KEYTURN_TRUTH_DIR: laggingTruth() });
};

const laggingTruth = () => join(world.dir, 'lagging');
const copyTruth = () => cp(join(world.dir, 'truth'), laggingTruth(), { recursive: true });
const catchUp = async (): Promise<void> => {
  await copyTruth();
  await world.settled();
};
const aheadLoads = () => ahead.receipt('session-secret', world.session.generation);

/** A browser whose requests go to one replica, with the cookies of another. */
const at = (replica: Replica, browser?: Browser): Browser => {
  const moved = new Browser(() => [replica.url]);
  for (const [name, value] of browser?.cookies ?? []) moved.cookies.set(name, value);
  return moved;
};

describe('two replicas, one of them behind', () => {
  it('both accept what either signed, since the key waited until both had it', async () => {
    await startPair();
    const here = at(ahead);
    const { email, bearer } = await signUp(here);
    await world.session.rotate();
    await aheadLoads();

    const fresh = at(ahead);
    const signedAhead = await signUp(fresh);
    expect(await at(behind, fresh).whoAmI()).toBe(signedAhead.email);
    expect(await at(behind).whoAmI({ authorization: `Bearer ${signedAhead.bearer}` })).toBe(signedAhead.email);

    const late = at(behind);
    const signedBehind = await signUp(late);
    expect(await at(ahead, late).whoAmI()).toBe(signedBehind.email);

    // To and fro between them: each puts its own signature on the cookie.
    let roaming = here;
    for (const replica of [ahead, behind, ahead, behind, ahead]) {
      roaming = at(replica, roaming);
      expect(await roaming.whoAmI()).toBe(email);
      expect(await at(replica).whoAmI({ authorization: `Bearer ${bearer}` })).toBe(email);
    }
    await catchUp();
    expect(await at(behind, roaming).whoAmI()).toBe(email);
  });

  it('without a pending phase the one behind signs people out', async () => {
    await startPair();
    await world.session.activateUnseen();
    await aheadLoads();
    const fresh = at(ahead);
    await signUp(fresh);
    expect(await fresh.whoAmI()).not.toBeNull();
    expect(await at(behind, fresh).whoAmI()).toBeNull();
  });

  it('a request that is under way during the change ends with the secret it began with', async () => {
    await startPair();
    const here = at(ahead);
    const { email } = await signUp(here);
    const stop = new AbortController();
    const seen: (string | null)[] = [];
    const load = Array.from({ length: 8 }, async () => {
      while (!stop.signal.aborted) seen.push(await here.clone().whoAmI());
    });
    for (let n = 0; n < 5; n += 1) {
      await world.session.rotate();
      await aheadLoads();
    }
    stop.abort();
    await Promise.all(load);
    expect(seen.length).toBeGreaterThan(20);
    expect(new Set(seen)).toEqual(new Set([email]));
  });

  it('count sign-in attempts together', async () => {
    world = await World.create(postgres, {
      environment: { KEYTURN_RATE_LIMIT: 'true', KEYTURN_RATE_LIMIT_SIGN_IN_MAX: '4' },
    });
    await world.start();
    await world.start();
    const attempt = async (address: string, extra = {}) =>
      (
        await world
          .browser()
          .post(
            '/sign-in/email',
            { email: 'nobody@example.test', password: 'wrong password' },
            { 'x-forwarded-for': address, ...extra },
          )
      ).status;
    const browser = world.browser();
    const statuses: number[] = [];
    for (let n = 0; n < 6; n += 1) {
      const body = { email: 'nobody@example.test', password: 'wrong password' };
      statuses.push((await browser.post('/sign-in/email', body, { 'x-forwarded-for': '203.0.113.7' })).status);
    }
    expect(statuses).toEqual([401, 401, 401, 401, 429, 429]);
    expect(await world.query('select "count" from "rateLimit"')).toEqual([{ count: 4 }]);
    expect(await attempt('9.9.9.9, 203.0.113.7')).toBe(429);
    expect(await attempt('203.0.113.7', { 'x-keyturn-client-address': '9.9.9.9' })).toBe(429);
    expect(await attempt('203.0.113.8')).toBe(401);
    await world.rotateSession();
    expect(await attempt('203.0.113.7')).toBe(429);
  });
});
