import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PostgresServer } from '@keyturn/postgres';
import { decodeJwt } from 'jose';
import { refreshTokenGrant } from 'openid-client';
import type { UserPage } from '../src/admin/users/users.controller.js';
import type { UserSummary } from '../src/admin/users/user-summary.js';
import type { Browser } from './support/browser.js';
import {
  administrator,
  askAdmin,
  beginFlow,
  createClient,
  finishFlow,
  offTheShelf,
  REDIRECT,
  sentTo,
} from './support/clients.js';
import { signIn, signUp } from './support/people.js';
import { startPostgres, World } from './support/platform.js';

let postgres: PostgresServer;
let world: World;
let admin: Browser;
let adminEmail: string;

beforeAll(async () => {
  postgres = await startPostgres();
  const environment = { KEYTURN_ROLE_PERMISSIONS: 'user=tasks:read,auditor=audit:read,admin=*' };
  world = await World.create(postgres, { environment });
  await world.start();
  await world.start();
  ({ browser: admin, email: adminEmail } = await administrator(world));
}, 60_000);

afterAll(async () => {
  await world?.stop();
  await postgres?.stop();
});

const users = (query = '') => askAdmin(admin, 'GET', `/users${query}`);
const find = async (email: string): Promise<UserSummary> =>
  ((await (await users(`?search=${encodeURIComponent(email)}`)).json()) as UserPage).users[0]!;
const somebody = async () => {
  const browser = world.browser();
  const { email } = await signUp(browser);
  return { browser, email, id: (await find(email)).id };
};
const change = (id: string, what: string) => askAdmin(admin, 'POST', `/users/${id}/${what}`);
const setRoles = (id: string, roles: unknown) => askAdmin(admin, 'PATCH', `/users/${id}`, { roles });

describe('the list of users', () => {
  it('has each of them once, page by page, the newest first, also while more sign up', async () => {
    const made = [];
    for (let n = 0; n < 7; n += 1) made.push(await signUp(world.browser()));
    // Several in the same moment.
    await world.query(`update "user" set "createdAt" = '2030-01-01 00:00:00.123456+00' where "email" = any($1)`, [
      made.map(({ email }) => email),
    ]);
    const found: string[] = [];
    let cursor: string | null = '';
    for (let page = 0; cursor !== null; page += 1) {
      const body: UserPage = (await (await users(`?limit=3${cursor && `&cursor=${cursor}`}`)).json()) as UserPage;
      found.push(...body.users.map(({ email }) => email));
      cursor = body.nextCursor;
      if (page === 0) await signUp(world.browser());
    }
    expect(new Set(found).size).toBe(found.length);
    for (const { email } of made) expect(found).toContain(email);
  });

  it('searches by a part of the address, which is no pattern', async () => {
    const { email } = await somebody();
    const page = (await (await users(`?search=${email.slice(0, -3).toUpperCase()}`)).json()) as UserPage;
    expect(page.roles).toEqual(['user', 'admin', 'auditor']);
    expect(page.users).toEqual([
      expect.objectContaining({ email, roles: ['user'], disabledAt: null, sessions: 1, twoFactor: false }),
    ]);
    expect(((await (await users('?search=%25')).json()) as UserPage).users).toEqual([]);
  });

  it('says which field breaks which rule', async () => {
    for (const query of ['?limit=0', '?limit=x', '?cursor=abc', '?color=blue', '?search=a%00']) {
      const answer = await users(query);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([
        400,
        expect.stringContaining('application/problem+json'),
      ]);
    }
    expect((await users('/nobody')).status).toBe(404);
  });
});

describe('roles', () => {
  it('count from the next token on, whatever rotates', async () => {
    const { browser, id } = await somebody();
    expect(decodeJwt(await browser.token())).toMatchObject({ role: 'user', permissions: ['tasks:read'] });
    const answer = await setRoles(id, ['user', 'auditor']);
    expect(await answer.json()).toMatchObject({ id, roles: ['user', 'auditor'] });
    await world.rotateSession();
    expect(decodeJwt(await browser.token())).toMatchObject({
      role: 'user,auditor',
      permissions: ['tasks:read', 'audit:read'],
    });
  });

  it('must be known, and at least one', async () => {
    const { id } = await somebody();
    for (const roles of [[], ['root'], ['user,admin'], 'admin', [1], undefined])
      expect((await setRoles(id, roles)).status).toBe(400);
    expect((await setRoles('nobody', ['user'])).status).toBe(404);
  });

  it('of the last administrator stay, also when two give up theirs at once', async () => {
    const other = await administrator(world);
    const id = (await find(adminEmail)).id;
    const otherId = (await find(other.email)).id;
    await world.query('update "user" set "role" = \'user\' where "role" = \'admin\' and "id" <> all($1)', [
      [id, otherId],
    ]);
    const give = (browser: Browser, whose: string) =>
      askAdmin(browser, 'PATCH', `/users/${whose}`, { roles: ['user'] });
    const answers = await Promise.all([give(admin, otherId), give(other.browser, id)]);
    expect(answers.map(({ status }) => status).filter((status) => status === 200)).toHaveLength(1);
    const left = await world.query<{ id: string }>('select "id" from "user" where "role" = \'admin\'');
    expect(left).toHaveLength(1);
    if (left[0]!.id !== id) {
      await world.query('update "user" set "role" = \'admin\' where "id" = $1', [id]);
      await world.query('update "user" set "role" = \'user\' where "id" = $1', [otherId]);
    }
    const refused = await setRoles(id, ['user']);
    expect([refused.status, await refused.json()]).toEqual([
      409,
      expect.objectContaining({ code: 'ERR_LAST_ADMINISTRATOR' }),
    ]);
    expect((await change(id, 'disable')).status).toBe(409);
    // An administrator who was disabled could not give it back.
    await world.query('update "user" set "role" = \'admin\', "disabledAt" = now() where "id" = $1', [otherId]);
    expect((await setRoles(id, ['user'])).status).toBe(409);
  });
});

describe('a user who is disabled', () => {
  it('loses sessions and refresh tokens, signs in no more, and can be let in again', async () => {
    const client = await offTheShelf(
      world,
      await createClient(world, {
        name: 'phone',
        type: 'native',
        scopes: ['openid', 'offline_access'],
        redirectUris: [REDIRECT],
        trusted: true,
      }),
    );
    const { browser, email, id } = await somebody();
    const flow = await beginFlow(client, 'openid offline_access');
    const callback = await sentTo(await browser.call(`${flow.url.pathname}${flow.url.search}`));
    const { refresh_token: refresh } = await finishFlow(client, flow, callback);

    const disabled = (await (await change(id, 'disable')).json()) as UserSummary;
    expect(disabled).toMatchObject({ disabledAt: expect.any(String), sessions: 0 });
    expect(await browser.whoAmI()).toBeNull();
    expect((await browser.get('/token')).status).toBe(401);
    await expect(refreshTokenGrant(client, refresh!)).rejects.toMatchObject({ error: 'invalid_grant' });
    const refused = await signIn(world.browser(), email);
    expect([refused.status, await refused.json()]).toEqual([
      403,
      expect.objectContaining({ code: 'ACCOUNT_DISABLED' }),
    ]);

    expect(await (await change(id, 'enable')).json()).toMatchObject({ disabledAt: null });
    expect((await signIn(world.browser(), email)).status).toBe(200);
  });

  it('is told so only by whoever knows the password', async () => {
    const { email, id } = await somebody();
    await change(id, 'disable');
    const guess = { email, password: 'not the password' };
    const stranger = { email: 'nobody@example.test', password: 'not the password' };
    const [known, unknown] = [
      await world.browser().post('/sign-in/email', guess),
      await world.browser().post('/sign-in/email', stranger),
    ];
    expect([known.status, await known.json()]).toEqual([unknown.status, await unknown.json()]);
  });

  it('keeps no session that began in the same moment', async () => {
    const { email, id } = await somebody();
    const browsers = Array.from({ length: 6 }, () => world.browser());
    await Promise.all([...browsers.map((browser) => signIn(browser, email)), change(id, 'disable')]);
    expect(await world.query('select from "session" where "userId" = $1', [id])).toEqual([]);
  });
});

describe('a user who is signed out everywhere', () => {
  it('signs in again, and nobody else notices', async () => {
    const [one, other] = [await somebody(), await somebody()];
    const second = world.browser();
    await signIn(second, one.email);
    expect(await (await change(one.id, 'sign-out')).json()).toMatchObject({ sessions: 0, disabledAt: null });
    expect([await one.browser.whoAmI(), await second.whoAmI()]).toEqual([null, null]);
    expect(await other.browser.whoAmI()).toBe(other.email);
    expect((await signIn(world.browser(), one.email)).status).toBe(200);
  });
});

describe('the administration of users', () => {
  it('is for administrators with a recent sign-in, from a trusted page, and never for a token', async () => {
    const { browser: user, id } = await somebody();
    const body = { roles: ['admin'] };
    expect((await askAdmin(world.browser(), 'GET', '/users')).status).toBe(401);
    expect((await askAdmin(user, 'GET', '/users')).status).toBe(403);
    expect((await askAdmin(user, 'PATCH', `/users/${id}`, body)).status).toBe(403);
    const headers = { authorization: `Bearer ${await admin.token()}` };
    const path = `/api/admin/users/${id}`;
    expect((await world.browser().call(path, { method: 'PATCH', body, headers })).status).toBe(401);
    const evil = { origin: 'https://evil.example' };
    expect((await admin.call(path, { method: 'PATCH', body, headers: evil })).status).toBe(403);
    const { browser: old, email } = await administrator(world);
    await world.query(
      `update "session" set "confirmedAt" = now() - interval '301 seconds'
       where "userId" = (select "id" from "user" where "email" = $1)`,
      [email],
    );
    expect((await askAdmin(old, 'GET', '/users')).status).toBe(200);
    for (const what of ['disable', 'enable', 'sign-out'])
      expect((await askAdmin(old, 'POST', `/users/${id}/${what}`)).status).toBe(403);
    expect((await find((await administrator(world)).email)).roles).toEqual(['admin']);
  });
});
