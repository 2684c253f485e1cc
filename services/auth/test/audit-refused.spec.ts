import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PostgresServer } from '@keyturn/postgres';
import type { AuditRecord } from '../src/audit/audit-event.js';
import { Seldom } from '../src/audit/seldom.js';
import { Browser } from './support/browser.js';
import { administrator, askAdmin } from './support/clients.js';
import { enableSecondFactor, newAddress, PASSWORD, signIn, signUp } from './support/people.js';
import { type Replica, startPostgres, World } from './support/platform.js';

let postgres: PostgresServer;
let world: World;
let limited: Replica;

beforeAll(async () => {
  postgres = await startPostgres();
  world = await World.create(postgres);
  await world.start();
  limited = await world.start({ KEYTURN_RATE_LIMIT: 'true', KEYTURN_RATE_LIMIT_SIGN_IN_MAX: '2' });
  world.replicas.splice(1);
}, 60_000);

afterAll(async () => {
  await world?.stop();
  await limited?.stop();
  await postgres?.stop();
});

const idOf = async (email: string): Promise<string> =>
  (await world.query<{ id: string }>('select id from "user" where email = $1', [email]))[0]!.id;

/** What was written down, newest first. */
const events = async (query: string): Promise<readonly AuditRecord[]> => {
  const { browser } = await administrator(world);
  const answer = await askAdmin(browser, 'GET', `/audit?${query}`);
  return ((await answer.json()) as { events: AuditRecord[] }).events;
};

describe('the audit log of what was refused', () => {
  it('tells which rules a password or an address broke, and not what they were', async () => {
    await world.browser().post('/sign-up/email', { email: 'evil@yopmail.com', password: 'qwerty', name: 'Eve' });
    const [signedUp] = (await events('event=sign-up&limit=10')).filter(({ outcome }) => outcome === 'refused');
    const rules = ['password min-length', 'password common-password', 'email disposable-domain'];
    expect(signedUp).toMatchObject({ actor: null, subject: null, details: { reason: 'RULES_BROKEN', rules } });

    const browser = world.browser();
    const { email } = await signUp(browser);
    const user = await idOf(email);
    await browser.post('/change-password', { currentPassword: PASSWORD, newPassword: 'qwerty' });
    await browser.post('/change-email', { newEmail: 'evil@yopmail.com' });
    await world.browser().post('/request-password-reset', { email });
    const token = new URL((await world.mail.newest(email, /reset/i)).link).pathname.split('/').at(-1);
    await world.browser().post('/reset-password', { token, newPassword: 'qwerty' });
    const refused = (await events(`user=${user}`)).filter(({ outcome }) => outcome === 'refused');
    expect(refused.map(({ event, subject }) => [event, subject])).toEqual([
      ['password-reset', user],
      ['address-change-asked', user],
      ['password-changed', user],
    ]);
    expect(JSON.stringify(await world.query('select * from audit_event'))).not.toMatch(/qwerty|yopmail/);
  });

  it('tells whose second factor was tried, until the account is locked, and counts that', async () => {
    const browser = world.browser();
    const { email } = await signUp(browser);
    const user = await idOf(email);
    await enableSecondFactor(browser);
    const statuses: number[] = [];
    while (statuses.length < 20 && statuses.at(-1) !== 429) {
      const thief = world.browser();
      await signIn(thief, email);
      for (let attempt = 0; attempt < 4; attempt += 1)
        statuses.push((await thief.post('/two-factor/verify-totp', { code: '000000' })).status);
    }
    expect(statuses).toContain(429);
    const reasons = (await events(`user=${user}&event=sign-in`)).map(({ details }) => details['reason']);
    expect(reasons[0]).toBe('ACCOUNT_TEMPORARILY_LOCKED');
    expect(reasons.filter((reason) => reason === 'INVALID_CODE').length).toBe(10);
    const metrics = await (await fetch(`${world.replicas[0]!.managementUrl}/metrics`)).text();
    expect(metrics).toMatch(/^keyturn_auth_sign_ins_total\{method="two-factor-totp",result="locked"\} [1-9]/m);
  });

  it('tells where the limit of requests was met, once a minute for each place', async () => {
    const browser = new Browser(() => [limited.url]);
    const headers = { 'x-forwarded-for': '192.0.2.66' };
    const body = { email: newAddress(), password: PASSWORD };
    const tried = Array.from({ length: 8 }, () => browser.post('/sign-in/email', body, headers));
    expect((await Promise.all(tried)).filter(({ status }) => status === 429).length).toBeGreaterThan(3);
    const told = (await events('event=rate-limited')).filter(({ address }) => address === '192.0.2.66');
    expect(told).toMatchObject([{ outcome: 'refused', details: { method: 'sign-in-email' } }]);
  });

  it('tells who asked to administer and may not: with a token, as a user, from a foreign page', async () => {
    const browser = world.browser();
    const { email } = await signUp(browser);
    const user = await idOf(email);
    const authorization = `Bearer ${await browser.token()}`;
    const path = '/api/admin/rings/access-tokens/rotate';
    const empty = { method: 'POST', body: {} } as const;
    await world.browser().call(path, { ...empty, headers: { authorization } });
    await browser.call(path, empty);
    await browser.call(path, empty);
    await browser.call(`/api/admin/users/${user}`);
    await browser.call(path, { ...empty, headers: { origin: 'https://evil.example' } });
    const request = 'POST /api/admin/rings/:ring/rotate';
    expect((await events('event=administration-refused')).map(({ actor, details }) => [actor, details])).toEqual([
      [null, { reason: 'ERR_ORIGIN', request }],
      [user, { reason: 'ERR_NOT_ADMINISTRATOR', request: 'GET /api/admin/users/:id' }],
      [user, { reason: 'ERR_NOT_ADMINISTRATOR', request }],
      [null, { reason: 'ERR_NO_SESSION', request }],
    ]);
  });

  it('has the first of a kind in each minute, and forgets kinds when they become too many', () => {
    const seldom = new Seldom();
    expect([0, 59_999, 60_000, 60_001].map((now) => seldom.isDue('a', now))).toEqual([true, false, true, false]);
    for (let kind = 0; kind < 10_000; kind += 1) seldom.isDue(`b${kind}`, 60_002);
    expect([seldom.isDue('a', 60_003), seldom.isDue('b9999', 60_003)]).toEqual([true, false]);
  });
});
