import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PostgresServer } from '@keyturn/postgres';
import { evenDelayMs, tellsByTime } from '../src/accounts/even-time.js';
import { isBlockedAddress, isDisposableDomain } from '../src/accounts/mail-domains.js';
import { newAddress, PASSWORD, signIn, signUp } from './support/people.js';
import { type Replica, startPostgres, World } from './support/platform.js';

let postgres: PostgresServer;
let world: World;

const ENVIRONMENT = {
  KEYTURN_PASSWORD_MIN_LENGTH: '12',
  KEYTURN_PASSWORD_MAX_LENGTH: '64',
  KEYTURN_PASSWORD_CLASSES: '3',
  KEYTURN_MAIL_BLOCKED_DOMAINS: 'rival.example',
  KEYTURN_MAIL_ALLOWED_DOMAINS: 'mailinator.com',
};
const GOOD = 'Correct horse battery 1';

beforeAll(async () => {
  postgres = await startPostgres();
  world = await World.create(postgres, { environment: ENVIRONMENT });
  await world.start();
}, 60_000);

afterAll(async () => {
  await world?.stop();
  await postgres?.stop();
});

const rulesIn = async (response: Response): Promise<string[]> => {
  const { code, errors } = (await response.json()) as { code: string; errors: { field: string; rule: string }[] };
  expect([response.status, code]).toEqual([400, 'RULES_BROKEN']);
  return errors.map(({ field, rule }) => `${field} ${rule}`);
};

const signUpWith = (password: string, email = newAddress()) =>
  world.browser().post('/sign-up/email', { email, password, name: 'Ada' });

describe('a password', () => {
  it('is told of all the rules that it breaks at once, each with a message', async () => {
    const email = 'pass@example.test';
    const answer = await signUpWith('password', email);
    const { errors, message } = (await answer.clone().json()) as { errors: object[]; message: string };
    expect(await rulesIn(answer)).toEqual([
      'password min-length',
      'password character-classes',
      'password common-password',
      'password contains-address',
    ]);
    expect(errors[0]).toMatchObject({ message: 'must have at least 12 characters', limit: 12 });
    expect(message).toContain('password must not be one of the most common passwords');
    expect(await rulesIn(await signUpWith(`${GOOD}${'x'.repeat(64)}`))).toEqual(['password max-length']);
    expect((await signUpWith(GOOD)).status).toBe(200);
  });

  it('is held to the rules when it is changed and when it is reset, and the reset link is not used up by it', async () => {
    const browser = world.browser();
    const email = 'longname@example.test';
    await browser.post('/sign-up/email', { email, password: GOOD, name: 'Ada' });
    const broken = ['newPassword contains-address'];
    const change = { currentPassword: GOOD, newPassword: 'My LongName 123' };
    expect(await rulesIn(await browser.post('/change-password', change))).toEqual(broken);
    await browser.post('/request-password-reset', { email });
    const { link } = await world.mail.newest(email, /reset/i);
    const token = new URL(link).pathname.split('/').at(-1);
    const reset = (newPassword: string) => world.browser().post('/reset-password', { token, newPassword });
    expect(await rulesIn(await reset('My LongName 123'))).toEqual(broken);
    expect((await reset(`${GOOD}2`)).status).toBe(200);
  });
});

describe('an address', () => {
  it('of a disposable provider or of a blocked domain is refused, at sign-up and when it is changed', async () => {
    for (const address of ['a@yopmail.com', 'a@mx.yopmail.com', 'a@rival.example', 'a@sub.Rival.example']) {
      expect(await rulesIn(await signUpWith(GOOD, address))).toEqual(['email disposable-domain']);
    }
    expect((await signUpWith(GOOD, 'somebody@mailinator.com')).status).toBe(200);
    const browser = world.browser();
    await browser.post('/sign-up/email', { email: newAddress(), password: GOOD, name: 'Ada' });
    const change = await browser.post('/change-email', { newEmail: 'a@rival.example' });
    expect(await rulesIn(change)).toEqual(['newEmail disposable-domain']);
  });

  it('is judged by its domain and those above it', () => {
    const policy = { isDisposable: isDisposableDomain, blocked: [], allowed: ['ok.yopmail.com'] };
    expect(isBlockedAddress('a@yopmail.com', policy)).toBe(true);
    expect(isBlockedAddress('a@b.ok.yopmail.com', policy)).toBe(false);
    expect(isBlockedAddress('yopmail.com@example.test', policy)).toBe(false);
  });
});

const metric = async (replica: Replica, name: string): Promise<number> => {
  const text = await (await fetch(`${replica.managementUrl}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
};

describe('what an answer tells about an account', () => {
  let strict: World;
  beforeAll(async () => {
    strict = await World.create(postgres, { environment: { KEYTURN_REQUIRE_VERIFIED_EMAIL: 'true' } });
    await strict.start();
  });
  afterAll(() => strict?.stop());

  /** Status, headers and content, with what differs from one answer to the next anyway made equal. */
  const shapeOf = async (response: Response, email: string) => {
    const varying = ['date', 'x-request-id'];
    return {
      status: response.status,
      headers: [...response.headers].filter(([name]) => !varying.includes(name)),
      text: (await response.text())
        .replaceAll(email, 'EMAIL')
        .replace(/"id":"[^"]+"/, '"id":"ID"')
        .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME'),
    };
  };

  const post = async (path: string, email: string, more: object = {}) => {
    const hashed = await metric(strict.replicas[0]!, 'keyturn_auth_password_hashes_total');
    const response = await strict.browser().post(path, { email, ...more });
    const hashes = (await metric(strict.replicas[0]!, 'keyturn_auth_password_hashes_total')) - hashed;
    return { ...(await shapeOf(response, email)), hashes };
  };

  it.each([
    ['/sign-up/email', { password: PASSWORD, name: 'A' }, 200, 1],
    ['/sign-in/email', { password: 'a wrong password' }, 401, 1],
    ['/request-password-reset', {}, 200, 0],
    ['/send-verification-email', {}, 200, 0],
  ])('is nothing: %s', async (path, more, status, hashes) => {
    // Of the same length, as the length of the answer is.
    const name = Math.random().toString(36).slice(2, 8).padEnd(6, 'x');
    const [known, unknown] = [`known-${name}@example.test`, `other-${name}@example.test`] as const;
    await strict.browser().post('/sign-up/email', { email: known, password: PASSWORD, name: 'A' });
    const ofKnown = await post(path, known, more);
    const ofUnknown = await post(path, unknown, more);
    expect(ofKnown).toMatchObject({ status, hashes });
    expect(ofUnknown).toEqual(ofKnown);
  });

  it('is nothing in its time: such answers come at whole steps after the request, others at once', () => {
    expect([1, 249, 250, 251].map(evenDelayMs)).toEqual([249, 1, 0, 249]);
    const tells = (path: string, status: number, required = true, method = 'POST') =>
      tellsByTime({ method, url: `http://localhost/api/auth${path}` }, { status }, required);
    expect([tells('/sign-in/email', 401), tells('/sign-in/email', 200)]).toEqual([true, false]);
    expect([tells('/sign-up/email', 200), tells('/sign-up/email', 422, false)]).toEqual([true, false]);
    expect([tells('/request-password-reset', 200), tells('/change-email', 200)]).toEqual([true, true]);
    expect([tells('/get-session', 200, true, 'GET'), tells('/token', 200)]).toEqual([false, false]);
  });

  it('tells the owner of the address of a sign-up with it', async () => {
    const email = newAddress();
    await strict.browser().post('/sign-up/email', { email, password: PASSWORD, name: 'A' });
    await strict.browser().post('/sign-up/email', { email, password: 'not their password', name: 'Eve' });
    expect((await strict.mail.newest(email, /already/i)).text).not.toContain('Eve');
    expect((await signIn(strict.browser(), email, { password: 'not their password' })).status).toBe(401);
  });
});

describe('hashing of passwords', () => {
  it('is bounded: beyond it sign-ins are told to come back, everything else goes on', async () => {
    const bounded = await World.create(postgres, {
      environment: { KEYTURN_PASSWORD_HASHES: '1', KEYTURN_PASSWORD_HASHES_WAITING: '2' },
    });
    const replica = await bounded.start();
    const browser = bounded.browser();
    const { email } = await signUp(browser);
    const answers = await Promise.all(Array.from({ length: 12 }, () => signIn(bounded.browser(), email)));
    const refused = answers.filter(({ status }) => status === 503);
    expect(refused.length).toBeGreaterThan(0);
    expect(answers.filter(({ status }) => status === 200).length).toBe(12 - refused.length);
    for (const { headers } of refused) expect(headers.get('retry-after')).toMatch(/^\d+$/);
    expect(await metric(replica, 'keyturn_auth_failures_total\\{reason="passwords"\\}')).toBe(refused.length);
    expect(await browser.whoAmI()).toBe(email);
    expect((await signIn(bounded.browser(), email)).status).toBe(200);
    await bounded.stop();
  });
});
