import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { PostgresServer } from '@keyturn/postgres';
import type { Browser } from './support/browser.js';
import { signUp } from './support/people.js';
import { startPostgres, World } from './support/platform.js';

let postgres: PostgresServer;
let world: World | undefined;

beforeAll(async () => {
  postgres = await startPostgres();
}, 60_000);

afterEach(async () => {
  await world?.stop();
  world = undefined;
});

afterAll(() => postgres?.stop());

const worldWith = async (strategy: string, base: string): Promise<World> => {
  const ring = { issuer: base };
  const environment = {
    KEYTURN_BASE_URL: base,
    KEYTURN_COOKIE_CACHE: strategy,
    KEYTURN_COOKIE_CACHE_TTL: '10m',
  };
  world = await World.create(postgres, { environment, session: ring, tokens: ring });
  await world.start();
  return world;
};

/** Ends every session in the database only: whoever is still signed in is so by the cache. */
const forgetSessions = (here: World) => here.query('delete from "session"');

const chunksOf = (browser: Browser) => [...browser.cookies.keys()].filter((name) => /session_data\.\d+$/.test(name));

const HTTP = 'http://localhost:4999';
const HTTPS = 'https://auth.example.test';

describe.each([
  ['compact', HTTP],
  ['jwt', HTTP],
  ['jwe', HTTP],
  ['compact', HTTPS],
])('the cookie cache "%s" over %s', (strategy, base) => {
  it('is carried over, whole and in chunks', async () => {
    const here = await worldWith(strategy, base);
    const small = here.browser(base);
    const { email } = await signUp(small);
    const large = here.browser(base);
    const wordy = await signUp(large, `Ada ${'Löwenherz '.repeat(500)}`);
    expect(chunksOf(small)).toEqual([]);
    expect(chunksOf(large).length).toBeGreaterThan(1);
    const prefix = base === HTTPS ? '__Secure-' : '';
    expect([...small.cookies.keys()]).toContain(`${prefix}better-auth.session_data`);

    await here.rotateSession();
    await forgetSessions(here);
    expect(await small.whoAmI()).toBe(email);
    expect(await large.whoAmI()).toBe(wordy.email);
  });

  it('is not believed after the secret leaked', async () => {
    const here = await worldWith(strategy, base);
    const browser = here.browser(base);
    const { email } = await signUp(browser);
    const stolen = [...browser.cookies].filter(([name]) => name.includes('session_data'));
    await here.rotateSession();
    expect(await browser.whoAmI()).toBe(email);
    // The cookie is of the new secret; the cache is the one that the leaked secret made.
    for (const [name, value] of stolen) browser.cookies.set(name, value);
    here.session.keys = here.session.keys.map((key) =>
      key.state === 'draining' ? { ...key, state: 'compromised', since: here.session.generation + 1 } : key,
    );
    await here.session.write();
    await here.settled();
    await forgetSessions(here);
    expect(await browser.whoAmI()).toBeNull();
  });
});

it('a tampered cache of an older secret falls back to the database', async () => {
  const here = await worldWith('compact', HTTP);
  const browser = here.browser();
  const { email } = await signUp(browser);
  const name = 'better-auth.session_data';
  const forged = JSON.parse(Buffer.from(browser.cookies.get(name)!, 'base64url').toString());
  forged.session.user.email = 'mallory@example.test';
  browser.cookies.set(name, Buffer.from(JSON.stringify(forged)).toString('base64url'));
  await here.rotateSession();
  expect(await browser.whoAmI()).toBe(email);
});
