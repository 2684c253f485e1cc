import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { PostgresServer } from '@keyturn/postgres';
import type { AuditRecord } from '../src/audit/audit-event.js';
import type { Browser } from './support/browser.js';
import { enableSecondFactor, newAddress, PASSWORD, signIn, signUp } from './support/people.js';
import { startPostgres, World } from './support/platform.js';

let postgres: PostgresServer;
let world: World;

beforeAll(async () => {
  postgres = await startPostgres();
  world = await World.create(postgres);
  const folder = join(world.dir, 'requests');
  await mkdir(folder);
  await world.start({ KEYTURN_LOCAL_REQUESTS_DIR: folder });
}, 60_000);

afterAll(async () => {
  await world?.stop();
  await postgres?.stop();
});

const idOf = async (email: string): Promise<string> =>
  (await world.query<{ id: string }>('select id from "user" where email = $1', [email]))[0]!.id;

const administrator = async (): Promise<Browser> => {
  const browser = world.browser();
  const { email } = await signUp(browser);
  await world.query('update "user" set "role" = \'admin\' where "email" = $1', [email]);
  return browser;
};

const read = async (browser: Browser, query = '') => {
  const response = await browser.call(`/api/admin/audit${query}`);
  return (await response.json()) as { events: AuditRecord[]; next: string | null };
};

/** What was written down of a user, oldest first. */
const storyOf = async (user: string): Promise<string[]> => {
  const { events } = await read(await administrator(), `?user=${user}&limit=200`);
  return events.toReversed().map(({ event, outcome, actor, details }) => {
    const who = actor === null ? 'somebody' : actor === user ? 'user' : 'another';
    return `${who} ${event} ${outcome}${details['method'] ? ` ${String(details['method'])}` : ''}`;
  });
};

describe('the audit log', () => {
  it('tells what a user did and what happened to them', async () => {
    const browser = world.browser();
    const { email } = await signUp(browser);
    const user = await idOf(email);
    const { link } = await world.mail.newest(email, /verify/i);
    await world.browser().open(link);
    await signIn(world.browser(), email, { password: 'a wrong password' });
    const other = world.browser();
    await signIn(other, email);
    await other.post('/sign-out');
    await browser.post('/change-password', { currentPassword: 'wrong one', newPassword: 'another battery' });
    await browser.post('/change-password', { currentPassword: PASSWORD, newPassword: 'another battery' });
    await browser.post('/revoke-other-sessions');
    await world.browser().post('/request-password-reset', { email });
    const reset = await world.mail.newest(email, /reset/i);
    const token = new URL(reset.link).pathname.split('/').at(-1);
    await world.browser().post('/reset-password', { token, newPassword: PASSWORD });
    const again = world.browser();
    await signIn(again, email);
    const factor = await enableSecondFactor(again);
    const asked = world.browser();
    await signIn(asked, email);
    await asked.post('/two-factor/verify-totp', { code: '000000' });
    await asked.post('/two-factor/verify-totp', { code: factor.code() });
    await asked.post('/two-factor/disable', { password: PASSWORD });
    expect(await storyOf(user)).toEqual([
      'user sign-up ok',
      'user address-verified ok',
      'somebody sign-in refused email',
      'user sign-in ok email',
      'user sign-out ok',
      'user password-changed refused',
      'user password-changed ok',
      'user sessions-revoked ok',
      'somebody password-reset-asked ok',
      'user password-reset ok',
      'user sign-in ok email',
      'user second-factor-on ok',
      'user second-factor-asked ok email',
      'somebody sign-in refused totp',
      'user sign-in ok totp',
      'user second-factor-off ok',
    ]);
  });

  it('tells of a change of address, and from where each event came', async () => {
    const browser = world.browser();
    const { email } = await signUp(browser);
    const user = await idOf(email);
    const next = newAddress();
    const from = { 'user-agent': 'Test/1.0', 'x-request-id': 'request-17', 'x-forwarded-for': '192.0.2.7' };
    await browser.post('/change-email', { newEmail: next }, from);
    const { link } = await world.mail.newest(next, /new e-mail/i);
    expect((await browser.open(link)).status).toBe(302);
    const { events } = await read(await administrator(), `?user=${user}`);
    expect(events.map(({ event }) => event)).toEqual(['address-changed', 'address-change-asked', 'sign-up']);
    expect(events[1]).toMatchObject({
      actor: user,
      subject: user,
      outcome: 'ok',
      address: '192.0.2.7',
      userAgent: 'Test/1.0',
      requestId: 'request-17',
      at: expect.stringMatching(/^\d{4}-.*Z$/),
    });
  });

  it('tells what administrators did with keys and roles', async () => {
    const browser = await administrator();
    await browser.call('/api/admin/rings/access-tokens/rotate', { method: 'POST', body: {} });
    const { email } = await signUp(world.browser());
    const user = await idOf(email);
    await browser.call(`/api/admin/users/${user}`, { method: 'PATCH', body: { roles: ['user', 'admin'] } });
    const { events } = await read(browser, '?limit=3');
    expect(events).toMatchObject([
      { event: 'roles-set', subject: user, details: { roles: ['user', 'admin'] } },
      { event: 'sign-up' },
      { event: 'key-rotate', outcome: 'ok', details: { ring: 'access-tokens' }, address: '127.0.0.1' },
    ]);
  });

  it('holds no password, token, or address that somebody typed', async () => {
    await signIn(world.browser(), 'typed-in-secret@example.test', { password: 'typed password' });
    const text = JSON.stringify(await world.query('select * from audit_event'));
    const tokens = await world.query<{ token: string }>('select token from "session"');
    for (const secret of [PASSWORD, 'typed password', 'typed-in-secret', ...tokens.map(({ token }) => token)]) {
      expect(text.includes(secret)).toBe(false);
    }
  });

  it('is read page by page by administrators alone', async () => {
    const browser = await administrator();
    const ids: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page = await read(browser, `?limit=3&event=sign-up${cursor && `&cursor=${cursor}`}`);
      expect(page.events.length).toBeLessThanOrEqual(3);
      ids.push(...page.events.map(({ id }) => id));
      cursor = page.next;
    }
    expect(ids.length).toBeGreaterThan(3);
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => Number(b) - Number(a)));
    const user = world.browser();
    await signUp(user);
    expect((await user.call('/api/admin/audit')).status).toBe(403);
    expect((await world.browser().call('/api/admin/audit')).status).toBe(401);
    for (const query of ['?limit=0', '?limit=1000', '?cursor=!', '?event=x']) {
      expect((await browser.call(`/api/admin/audit${query}`)).status).toBe(400);
    }
  });

  it('forgets what is older than it is to be kept', async () => {
    await world.query(
      `update audit_event set at = now() - interval '91 days' where id = (select min(id) from audit_event)`,
    );
    expect(await world.replicas[0]!.issuer.audit.forget(90 * 86_400_000)).toBe(1);
  });
});

describe('sessions', () => {
  const list = async (browser: Browser) =>
    (await (await browser.get('/list-sessions')).json()) as { token: string; userAgent: string }[];

  it('are listed with where they began; one is ended, then all others, then all', async () => {
    const [laptop, phone, tablet] = [world.browser(), world.browser(), world.browser()];
    const { email } = await signUp(laptop);
    await phone.post('/sign-in/email', { email, password: PASSWORD }, { 'user-agent': 'Phone/1' });
    await signIn(tablet, email);
    const sessions = await list(laptop);
    expect(sessions.length).toBe(3);
    const { token } = sessions.find(({ userAgent }) => userAgent === 'Phone/1')!;
    const stranger = world.browser();
    await signUp(stranger);
    await stranger.post('/revoke-session', { token });
    expect(await phone.whoAmI()).toBe(email);
    expect((await laptop.post('/revoke-session', { token })).status).toBe(200);
    expect(await phone.whoAmI()).toBeNull();
    await laptop.post('/revoke-other-sessions');
    expect([await laptop.whoAmI(), await tablet.whoAmI()]).toEqual([email, null]);
    await signIn(phone, email);
    await phone.post('/revoke-sessions');
    expect([await laptop.whoAmI(), await phone.whoAmI()]).toEqual([null, null]);
  });

  it('live on when they are used after updateAge, and not before', async () => {
    const browser = world.browser();
    const { email } = await signUp(browser);
    const endsIn = async (hours: number) => {
      await world.query(
        `update "session" set "expiresAt" = now() + $2 * interval '1 hour', "updatedAt" = now() - (168 - $2) * interval '1 hour'
         where "userId" = (select id from "user" where email = $1)`,
        [email, hours],
      );
      expect(await browser.whoAmI()).toBe(email);
      const [row] = await world.query<{ hours: number }>(
        `select extract(epoch from "expiresAt" - now()) / 3600 as hours from "session"
         where "userId" = (select id from "user" where email = $1)`,
        [email],
      );
      return Math.round(Number(row!.hours));
    };
    expect(await endsIn(150)).toBe(150);
    expect(await endsIn(100)).toBe(168);
  });

  it('leave the time of the last sign-in on the user; a refused one and an open question for the second factor do not', async () => {
    const browser = world.browser();
    const { email } = await signUp(browser);
    const last = async () =>
      (await world.query<{ at: Date | null }>('select "lastSignInAt" as at from "user" where email = $1', [email]))[0]!
        .at;
    const clear = () => world.query('update "user" set "lastSignInAt" = null where email = $1', [email]);
    expect(await last()).toBeInstanceOf(Date);
    await clear();
    await signIn(world.browser(), email, { password: 'a wrong password' });
    expect(await last()).toBeNull();
    await signIn(world.browser(), email);
    expect(await last()).toBeInstanceOf(Date);
    const factor = await enableSecondFactor(browser);
    await clear();
    const asked = world.browser();
    await signIn(asked, email);
    expect(await last()).toBeNull();
    await asked.post('/two-factor/verify-totp', { code: factor.code() });
    expect(await last()).toBeInstanceOf(Date);
  });
});
