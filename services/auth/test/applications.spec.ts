import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PostgresServer } from '@keyturn/postgres';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { type Configuration, fetchUserInfo, refreshTokenGrant, tokenRevocation } from 'openid-client';
import type { Browser } from './support/browser.js';
import { beginFlow, createClient, finishFlow, type Flow, offTheShelf, REDIRECT, sentTo } from './support/clients.js';
import { newAddress, PASSWORD, signIn, signUp } from './support/people.js';
import { startPostgres, World } from './support/platform.js';
import { ISSUER } from './support/ring.js';
import { until } from './support/until.js';

const SCOPE = 'openid profile email offline_access tasks:read';
const RETRY = '1500ms';

let postgres: PostgresServer;
let world: World;

beforeAll(async () => {
  postgres = await startPostgres();
  const roles = 'user=tasks:read tasks:write,guest=,admin=*';
  const environment = { KEYTURN_ROLE_PERMISSIONS: roles, KEYTURN_SWEEP_INTERVAL: '100ms' };
  world = await World.create(postgres, { environment });
  await world.start();
  await world.start();
}, 60_000);

afterAll(async () => {
  await world?.stop();
  await postgres?.stop();
});

const application = async (more: object = {}): Promise<Configuration> =>
  offTheShelf(
    world,
    await createClient(world, {
      name: 'phone',
      type: 'native',
      scopes: [...SCOPE.split(' '), 'tasks:write'],
      redirectUris: [REDIRECT],
      trusted: true,
      ...more,
    }),
  );

/** Opens what an application sends its user to. */
const open = (browser: Browser, { url }: Flow): Promise<Response> =>
  browser.call(`${url.pathname}${url.search}`, { headers: { accept: 'text/html' } });

const tokensOf = async (client: Configuration, browser: Browser, scope = SCOPE) => {
  const flow = await beginFlow(client, scope);
  return finishFlow(client, flow, await sentTo(await open(browser, flow)));
};

const renew = (client: Configuration, refreshToken: string) => refreshTokenGrant(client, refreshToken);
const refused = { error: 'invalid_grant' };

describe('an application of another make', () => {
  it('signs a user in by authorization code and PKCE, and gets tokens that the platform accepts', async () => {
    const client = await application();
    const browser = world.browser();
    const { email } = await signUp(browser);
    const tokens = await tokensOf(client, browser);
    const { sub } = decodeJwt(tokens.access_token);
    expect(tokens.claims()).toMatchObject({ iss: ISSUER, aud: client.clientMetadata().client_id, sub });
    const claims = decodeJwt(tokens.access_token);
    expect(claims).toMatchObject({
      iss: ISSUER,
      email,
      email_verified: false,
      scope: SCOPE,
      permissions: ['tasks:read'],
    });
    expect([claims.aud].flat()).toContain('keyturn');
    expect(decodeProtectedHeader(tokens.access_token)).toMatchObject({
      typ: 'at+jwt',
      kid: world.tokens.inState('active').kid,
    });
    expect(await fetchUserInfo(client, tokens.access_token, sub!)).toMatchObject({ email, name: 'Somebody' });
    expect(Number(tokens.expires_in)).toBe(Number(claims.exp) - Number(claims.iat));
  });

  it('keeps a flow in which both rings change at every step: sign-in page, consent page, code, renewal', async () => {
    const client = await application({ trusted: false });
    const email = newAddress();
    await world.browser().post('/sign-up/email', { email, password: PASSWORD, name: 'Ada' });
    const browser = world.browser();
    const change = async () => {
      await world.tokens.rotate();
      await world.rotateSession();
    };
    const flow = await beginFlow(client, SCOPE);
    const signInPage = await sentTo(await open(browser, flow));
    expect(signInPage.pathname).toBe('/sign-in');
    await change();
    const consentPage = await sentTo(await signIn(browser, email, { oauth_query: signInPage.search.slice(1) }));
    expect(consentPage.pathname).toBe('/consent');
    await change();
    const consent = { accept: true, oauth_query: consentPage.search.slice(1) };
    const callback = await sentTo(await browser.post('/oauth2/consent', consent));
    expect(callback.href).toContain(REDIRECT);
    await change();
    const tokens = await finishFlow(client, flow, callback);
    await change();
    const renewed = await renew(client, tokens.refresh_token!);
    expect(decodeJwt(renewed.access_token)).toMatchObject({ email, permissions: ['tasks:read'] });
    expect(decodeJwt(renewed.access_token).sub).toBe(tokens.claims()!.sub);
  });

  it('is refused when a query was tampered with, or its secret is gone', async () => {
    const client = await application();
    const { email } = await signUp(world.browser());
    const flow = await beginFlow(client, SCOPE);
    const { search } = await sentTo(await open(world.browser(), flow));
    await world.rotateSession();
    const forged = search.slice(1).replace('tasks%3Aread', 'tasks%3Awrite');
    expect(forged).not.toBe(search.slice(1));
    expect((await signIn(world.browser(), email, { oauth_query: forged })).status).toBe(400);
    await world.session.retire();
    await world.settled();
    expect((await signIn(world.browser(), email, { oauth_query: search.slice(1) })).status).toBe(400);
  });

  it('never gets more than the user may, and what changes for the user counts from the next token', async () => {
    const client = await application();
    const browser = world.browser();
    const { email } = await signUp(browser);
    const tokens = await tokensOf(client, browser, `${SCOPE} tasks:write`);
    expect(decodeJwt(tokens.access_token)).toMatchObject({ permissions: ['tasks:read', 'tasks:write'] });
    await world.query('update "user" set "role" = \'guest\' where "email" = $1', [email]);
    const renewed = await renew(client, tokens.refresh_token!);
    expect(decodeJwt(renewed.access_token)).toMatchObject({ permissions: [] });
    await world.query('update "user" set "role" = \'admin\' where "email" = $1', [email]);
    const again = await renew(client, renewed.refresh_token!);
    const claims = decodeJwt(again.access_token);
    expect(claims).toMatchObject({ permissions: ['tasks:read', 'tasks:write'] });
    expect(claims).not.toHaveProperty('role');
  });
});

describe('a refresh token', () => {
  const signedIn = async () => {
    const client = await application();
    const browser = world.browser();
    await signUp(browser);
    return { client, browser };
  };

  it('is given for offline_access only', async () => {
    const { client, browser } = await signedIn();
    expect((await tokensOf(client, browser, 'openid tasks:read')).refresh_token).toBeUndefined();
  });

  it('is good once: whoever uses an old one ends the whole family', async () => {
    const { client, browser } = await signedIn();
    const first = (await tokensOf(client, browser)).refresh_token!;
    const second = (await renew(client, first)).refresh_token!;
    const third = (await renew(client, second)).refresh_token!;
    await world.rotateSession();
    await expect(renew(client, first)).rejects.toMatchObject(refused);
    await expect(renew(client, third)).rejects.toMatchObject(refused);
  });

  it('is kept as a hash, lives for as long as is configured, and outlives the session', async () => {
    const { client, browser } = await signedIn();
    const { refresh_token: token } = await tokensOf(client, browser);
    const rows = await world.query<{ days: number }>(
      `select extract(epoch from "expiresAt" - now()) / 86400 as days from "oauthRefreshToken" order by "createdAt" desc`,
    );
    expect(Math.round(Number(rows[0]!.days))).toBe(30);
    expect(JSON.stringify(await world.query('select * from "oauthRefreshToken"'))).not.toContain(token);
    await browser.post('/sign-out');
    const renewed = await renew(client, token!);
    await world.query('update "oauthRefreshToken" set "expiresAt" = now()');
    await expect(renew(client, renewed.refresh_token!)).rejects.toMatchObject(refused);
  });

  it('ends when its client gives it back', async () => {
    const { client, browser } = await signedIn();
    const { refresh_token: token } = await tokensOf(client, browser);
    await tokenRevocation(client, token!, { token_type_hint: 'refresh_token' });
    await expect(renew(client, token!)).rejects.toMatchObject(refused);
  });

  const NEXT = 'staple another battery';
  const EVICTIONS: Readonly<Record<string, (browser: Browser, email: string) => Promise<Response>>> = {
    'a new password by mail': async (browser, email) => {
      await browser.post('/request-password-reset', { email });
      const { link } = await world.mail.newest(email, /reset/i);
      const token = new URL(link).pathname.split('/').at(-1);
      return browser.post('/reset-password', { token, newPassword: NEXT });
    },
    'a change of the password': (browser) =>
      browser.post('/change-password', { currentPassword: PASSWORD, newPassword: NEXT }),
    'a change of the password that ends sessions': (browser) =>
      browser.post('/change-password', { currentPassword: PASSWORD, newPassword: NEXT, revokeOtherSessions: true }),
    'a sign-out everywhere': (browser) => browser.post('/revoke-sessions'),
    'a sign-out everywhere else': (browser) => browser.post('/revoke-other-sessions'),
  };

  it.each(Object.keys(EVICTIONS))('ends with %s; the next grant is good', async (what) => {
    const client = await application();
    const browser = world.browser();
    const { email } = await signUp(browser);
    const { refresh_token: token } = await tokensOf(client, browser);
    expect((await EVICTIONS[what]!(browser, email)).status).toBe(200);
    await expect(renew(client, token!)).rejects.toMatchObject(refused);
    if ((await browser.whoAmI()) === null) {
      const password = what === 'a sign-out everywhere' ? PASSWORD : NEXT;
      expect((await signIn(browser, email, { password })).status).toBe(200);
    }
    const next = await tokensOf(client, browser);
    expect((await renew(client, next.refresh_token!)).refresh_token).toMatch(/./);
  });

  it('does not slip through: one that a renewal wrote while the others were removed is refused', async () => {
    const client = await application();
    const browser = world.browser();
    const { email } = await signUp(browser);
    const { refresh_token: token } = await tokensOf(client, browser);
    const ROWS = `from "oauthRefreshToken" r where r."userId" = (select "id" from "user" where "email" = $1)`;
    const [row] = await world.query<{ row: object }>(`select to_jsonb(r) || '{"sessionId": null}' as row ${ROWS}`, [
      email,
    ]);
    await browser.post('/revoke-sessions');
    const late = 'insert into "oauthRefreshToken" select * from jsonb_populate_record(null::"oauthRefreshToken", $1)';
    await world.query(late, [row!.row]);
    await expect(renew(client, token!)).rejects.toMatchObject(refused);
    expect(await world.query(`select ${ROWS}`, [email])).toEqual([]);
  });

  it('may be used again within the retry window by a client that lost the answer, across a change of the secret', async () => {
    const world2 = await World.create(postgres, {
      environment: { KEYTURN_REFRESH_TOKEN_RETRY_WINDOW: RETRY, KEYTURN_SWEEP_INTERVAL: '100ms' },
    });
    try {
      await world2.start();
      const made = await createClient(world2, {
        name: 'phone',
        type: 'native',
        scopes: SCOPE.split(' '),
        redirectUris: [REDIRECT],
        trusted: true,
      });
      const client = await offTheShelf(world2, made);
      const browser = world2.browser();
      await signUp(browser);
      const { refresh_token: token } = await tokensOf(client, browser);
      const answered = await renew(client, token!);
      const old = world2.session.inState('active').kid;
      await world2.rotateSession();
      const rowsLeft = async () => (await world2.replicas[0]!.receipt('session-secret', 2)).rowsLeft?.[old];
      await until('the answer to be re-encrypted', async () => (await rowsLeft()) === 0);
      await world2.session.retire();
      await world2.settled();
      await world2.query(`update "oauthRefreshToken" set "rotationReplayExpiresAt" = now() + interval '1 minute'
                          where "rotationReplayExpiresAt" is not null`);
      expect((await renew(client, token!)).refresh_token).toBe(answered.refresh_token);
      await world2.query(`update "oauthRefreshToken" set "rotationReplayExpiresAt" = now() - interval '1 second'
                          where "rotationReplayExpiresAt" is not null`);
      await expect(renew(client, token!)).rejects.toMatchObject(refused);
      await expect(renew(client, answered.refresh_token!)).rejects.toMatchObject(refused);
    } finally {
      await world2.stop();
    }
  });
});
