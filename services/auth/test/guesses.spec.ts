import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PostgresServer } from '@keyturn/postgres';
import { newAddress, PASSWORD, signIn, signUp } from './support/people.js';
import { startPostgres, World } from './support/platform.js';

let postgres: PostgresServer;

beforeAll(async () => {
  postgres = await startPostgres();
}, 60_000);
afterAll(() => postgres?.stop());

/** A sign-in that comes from somewhere of its own. */
let place = 0;
const guess = (world: World, email: string, password = 'wrong horse battery') => {
  const from = `2001:db8:${(++place).toString(16)}::1`;
  return world.browser().post('/sign-in/email', { email, password }, { 'x-forwarded-for': from });
};

const statuses = (answers: readonly Response[]): number[] => answers.map(({ status }) => status);

const metric = async (world: World, name: string): Promise<number> => {
  const texts = await Promise.all(
    world.replicas.map(async ({ managementUrl }) => (await fetch(`${managementUrl}/metrics`)).text()),
  );
  return texts.reduce(
    (sum, text) => sum + Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\d+)$`, 'm').exec(text)?.[1] ?? 0),
    0,
  );
};

describe('guesses at one password', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.create(postgres, { environment: { KEYTURN_ACCOUNT_GUESSES: '4' } });
    await world.start();
    await world.start();
  }, 60_000);
  afterAll(() => world?.stop());

  it('end after a while, from wherever they come and whichever replica they ask; whose account it is works on', async () => {
    const owner = world.browser();
    const { email } = await signUp(owner);
    const other = await signUp(world.browser());
    const wrong = [];
    for (let times = 0; times < 6; times += 1) wrong.push(await guess(world, times % 2 ? email : email.toUpperCase()));
    expect(statuses(wrong)).toEqual([401, 401, 401, 401, 429, 429]);
    const right = await guess(world, email, PASSWORD);
    expect([right.status, await right.json()]).toMatchObject([429, { code: 'TOO_MANY_GUESSES' }]);
    expect(Number(right.headers.get('retry-after'))).toBeGreaterThan(3_000);
    expect(await owner.whoAmI()).toBe(email);
    expect((await signIn(world.browser(), other.email)).status).toBe(200);
    expect(await metric(world, 'keyturn_auth_guesses_stopped_total')).toBe(1);
    const events = await world.query(
      `SELECT event FROM audit_event JOIN "user" ON "user".id = subject WHERE email = $1 AND event = 'guesses-stopped'`,
      [email],
    );
    expect(events).toHaveLength(1);
  });

  it('at the same time are counted, too, and those at an address that nobody has are answered alike', async () => {
    const { email } = await signUp(world.browser());
    const at = async (address: string) =>
      statuses(await Promise.all(Array.from({ length: 8 }, () => guess(world, address)))).sort();
    expect(await at(email)).toEqual([401, 401, 401, 401, 429, 429, 429, 429]);
    expect(await at(newAddress())).toEqual([401, 401, 401, 401, 429, 429, 429, 429]);
    const kept = await world.query('SELECT * FROM sign_in_guess');
    expect(JSON.stringify(kept)).not.toContain('example');
  });

  it('are forgotten after the right password, and after a new one that came by mail', async () => {
    const { email } = await signUp(world.browser());
    for (let times = 0; times < 3; times += 1) await guess(world, email);
    expect((await guess(world, email, PASSWORD)).status).toBe(200);
    for (let times = 0; times < 5; times += 1) await guess(world, email);
    expect((await guess(world, email, PASSWORD)).status).toBe(429);

    await world.browser().post('/request-password-reset', { email });
    const { link } = await world.mail.newest(email, /reset/i);
    const token = /reset-password\/([^?]+)/.exec(link)?.[1];
    const newPassword = 'staple another battery';
    expect((await world.browser().post('/reset-password', { token, newPassword })).status).toBe(200);
    expect((await guess(world, email, newPassword)).status).toBe(200);
  });
});

describe('somebody beyond their rate limit', () => {
  it('takes no turn of those who sign in', async () => {
    const environment = {
      KEYTURN_RATE_LIMIT: 'true',
      KEYTURN_PASSWORD_HASHES: '1',
      KEYTURN_PASSWORD_HASHES_WAITING: '5',
    };
    const world = await World.create(postgres, { environment });
    await world.start();
    const { email } = await signUp(world.browser());
    for (let times = 0; times < 5; times += 1) await signIn(world.browser(), newAddress());
    const [flood, right] = await Promise.all([
      Promise.all(Array.from({ length: 40 }, () => signIn(world.browser(), newAddress()))),
      guess(world, email, PASSWORD),
    ]);
    // A window that ends meanwhile lets five of them in.
    expect(statuses(flood)).not.toContain(503);
    expect(right.status).toBe(200);
    await world.stop();
  });
});
