import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PostgresServer } from '@keyturn/postgres';
import { administrator, askAdmin } from './support/clients.js';
import type { Browser } from './support/browser.js';
import { asksForSecondFactor, enableSecondFactor, PASSWORD, signIn, signUp } from './support/people.js';
import { startPostgres, World } from './support/platform.js';
import { until } from './support/until.js';

let postgres: PostgresServer;
let world: World;

beforeAll(async () => {
  postgres = await startPostgres();
  world = await World.create(postgres, { environment: { KEYTURN_SWEEP_INTERVAL: '100ms' } });
  await world.start();
  await world.start();
}, 60_000);

afterAll(async () => {
  await world?.stop();
  await postgres?.stop();
});

const withSecondFactor = async () => {
  const browser = world.browser();
  const { email } = await signUp(browser);
  return { browser, email, factor: await enableSecondFactor(browser) };
};

/** A sign-in that has come to the question. */
const asked = async (email: string): Promise<Browser> => {
  const browser = world.browser();
  expect(await asksForSecondFactor(await signIn(browser, email))).toBe(true);
  return browser;
};

const answer = async (browser: Browser, way: 'totp' | 'backup-code', code: string, more = {}): Promise<number> =>
  (await browser.post(`/two-factor/verify-${way}`, { code, ...more })).status;

/** The new secret signs. What it returns ends the rotation: data has moved, the old secret is gone. */
const rotate = async (): Promise<() => Promise<void>> => {
  const old = world.session.inState('active').kid;
  await world.rotateSession();
  return () => retire(old);
};

const rotateToTheEnd = async (): Promise<void> => (await rotate())();

const retire = async (old: string): Promise<void> => {
  for (const replica of world.replicas) {
    const left = async () => (await replica.receipt('session-secret', world.session.generation)).rowsLeft?.[old];
    await until('the second factors to be re-encrypted', async () => (await left()) === 0);
  }
  await world.session.retire();
  await world.settled();
};

describe('a second factor, through rotation after rotation', () => {
  it('is asked for, and lets nobody in without the right code', async () => {
    const { email, factor } = await withSecondFactor();
    for (let round = 0; round < 2; round += 1) {
      const browser = await asked(email);
      expect(await browser.whoAmI()).toBeNull();
      expect((await browser.get('/token')).status).toBe(401);
      const wrong = factor.code() === '000000' ? '111111' : '000000';
      expect(await answer(browser, 'totp', wrong)).toBe(401);
      expect(await answer(browser, 'totp', factor.code())).toBe(200);
      expect(await browser.whoAmI()).toBe(email);
      await rotateToTheEnd();
    }
  });

  it('has backup codes that are good once each, whichever secret encrypts them', async () => {
    const { email, factor } = await withSecondFactor();
    const [first = '', second = '', third = ''] = factor.backupCodes;
    expect(await answer(await asked(email), 'backup-code', first)).toBe(200);
    await rotateToTheEnd();
    expect(await answer(await asked(email), 'backup-code', first)).toBe(401);
    expect(await answer(await asked(email), 'backup-code', second)).toBe(200);
    await rotateToTheEnd();
    expect(await answer(await asked(email), 'backup-code', second)).toBe(401);
    expect(await answer(await asked(email), 'backup-code', third)).toBe(200);
  });

  it('gets new backup codes for the password, which end the old ones', async () => {
    const { browser, email, factor } = await withSecondFactor();
    await world.rotateSession();
    expect((await browser.post('/two-factor/generate-backup-codes', { password: 'wrong' })).status).toBe(400);
    const made = await browser.post('/two-factor/generate-backup-codes', { password: PASSWORD });
    const { backupCodes } = (await made.json()) as { backupCodes: string[] };
    expect(await answer(await asked(email), 'backup-code', factor.backupCodes[0]!)).toBe(401);
    expect(await answer(await asked(email), 'backup-code', backupCodes[0]!)).toBe(200);
  });

  it('spares a trusted device the question and no other, until the trust or the factor ends', async () => {
    const { email, factor } = await withSecondFactor();
    const device = await asked(email);
    expect(await answer(device, 'totp', factor.code(), { trustDevice: true })).toBe(200);
    for (let round = 0; round < 2; round += 1) {
      const end = await rotate();
      await device.post('/sign-out');
      expect(await asksForSecondFactor(await signIn(device, email))).toBe(false);
      expect(await device.whoAmI()).toBe(email);
      await asked(email);
      await end();
    }
    await world.query(`update "verification" set "expiresAt" = now() - interval '1 second'`);
    await device.post('/sign-out');
    expect(await asksForSecondFactor(await signIn(device, email))).toBe(true);
  });

  it('is turned off for the password, and is then not asked for', async () => {
    const { browser, email } = await withSecondFactor();
    await world.rotateSession();
    expect((await browser.post('/two-factor/disable', { password: 'wrong' })).status).toBe(400);
    expect((await browser.post('/two-factor/disable', { password: PASSWORD })).status).toBe(200);
    const after = world.browser();
    expect(await asksForSecondFactor(await signIn(after, email))).toBe(false);
    expect(await after.whoAmI()).toBe(email);
  });

  it('does not help a user who was disabled while it was asked for', async () => {
    const { email, factor } = await withSecondFactor();
    const browser = await asked(email);
    const { browser: admin } = await administrator(world);
    const found = (await (await askAdmin(admin, 'GET', `/users?search=${email}`)).json()) as {
      users: { id: string }[];
    };
    await askAdmin(admin, 'POST', `/users/${found.users[0]!.id}/disable`);
    expect(await answer(browser, 'totp', factor.code())).toBe(403);
    expect(await browser.whoAmI()).toBeNull();
  });
});
