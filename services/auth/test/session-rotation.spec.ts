import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PostgresServer } from '@keyturn/postgres';
import type { Browser } from './support/browser.js';
import { asksForSecondFactor, enableSecondFactor, PASSWORD, signIn, signUp } from './support/people.js';
import { startPostgres, World } from './support/platform.js';

let postgres: PostgresServer;

beforeAll(async () => {
  postgres = await startPostgres();
}, 60_000);

afterAll(() => postgres?.stop());

/** What Better Auth alone makes of a browser's cookies, without the carrying over. */
const stockWhoAmI = async (world: World, browser: Browser): Promise<unknown> => {
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const { auth } = world.replicas[0]!.issuer.generations.serving()!;
  const response = await auth.handler(
    new Request('http://localhost:4999/api/auth/get-session', { headers: { cookie } }),
  );
  return response.json();
};

describe.each([
  { scheme: 'http', base: 'http://localhost:4999', prefix: 'better-auth.' },
  { scheme: 'https', base: 'https://auth.example.test', prefix: '__Secure-better-auth.' },
])('a change of the session secret over $scheme', ({ base, prefix }) => {
  let world: World;
  const browser = () => world.browser(base);

  beforeAll(async () => {
    const ring = { issuer: base };
    world = await World.create(postgres, { environment: { KEYTURN_BASE_URL: base }, session: ring, tokens: ring });
    await world.start();
  }, 30_000);

  afterAll(() => world?.stop());

  it('keeps a session, gives its cookie anew, and the new one outlives the old secret', async () => {
    const here = browser();
    const { email } = await signUp(here);
    const away = here.clone();
    const name = `${prefix}session_token`;
    const before = here.cookies.get(name);

    await world.rotateSession();
    expect(await stockWhoAmI(world, here)).toBeNull();
    expect(await here.whoAmI()).toBe(email);
    expect(here.cookies.get(name)).not.toBe(before);
    expect(here.lines.get(name)).toMatch(/Max-Age=604800; Path=\/; HttpOnly;( Secure;)? SameSite=Lax$/);
    expect(/; Secure/.test(here.lines.get(name)!)).toBe(base.startsWith('https:'));

    const renewed = here.cookies.get(name);
    expect(await here.whoAmI()).toBe(email);
    expect(here.cookies.get(name)).toBe(renewed);

    await world.session.retire();
    await world.settled();
    expect(await here.whoAmI()).toBe(email);
    expect(await away.whoAmI()).toBeNull();
  });

  it('keeps a session that is not to be remembered, as a cookie without an end', async () => {
    const here = browser();
    const { email } = await signUp(here);
    await here.post('/sign-out');
    expect((await signIn(here, email, { rememberMe: false })).status).toBe(200);
    expect([...here.cookies.keys()].sort()).toEqual([`${prefix}dont_remember`, `${prefix}session_token`]);

    await world.rotateSession();
    expect(await here.whoAmI()).toBe(email);
    for (const name of [`${prefix}dont_remember`, `${prefix}session_token`]) {
      expect(here.lines.get(name)).not.toMatch(/max-age|expires/i);
    }
    await world.session.retire();
    await world.settled();
    expect(await here.whoAmI()).toBe(email);
  });

  it('keeps a bearer token and answers with its new form', async () => {
    const { email, bearer } = await signUp(browser());
    await world.rotateSession();
    const api = browser();
    for (const authorization of [`Bearer ${bearer}`, `bearer ${encodeURIComponent(bearer)}`]) {
      const response = await api.get('/get-session', { authorization });
      expect(await response.json()).toMatchObject({ user: { email } });
      const renewed = response.headers.get('set-auth-token');
      expect(renewed).not.toBe(bearer);
      expect(response.headers.get('access-control-expose-headers')).toContain('set-auth-token');
      expect(await browser().whoAmI({ authorization: `Bearer ${renewed}` })).toBe(email);
    }
  });

  it('takes no session token that nobody signed, such as the lists of sessions and the database have', async () => {
    const { bearer } = await signUp(browser());
    const [raw] = bearer.split('.');
    expect(await browser().whoAmI({ authorization: `Bearer ${raw}` })).toBeNull();
  });

  it('keeps the way to a token', async () => {
    const here = browser();
    await signUp(here);
    await world.rotateSession();
    expect(await here.token()).toMatch(/^eyJ/);
  });

  it('keeps the link of a verification mail', async () => {
    const here = browser();
    const { email } = await signUp(here);
    const { link } = await world.mail.newest(email, /verify/i);
    await world.rotateSession();
    const stranger = browser();
    const opened = await stranger.open(link);
    expect(opened.status).toBe(302);
    expect(opened.headers.get('location')).not.toContain('error');
    const [user] = await world.query<{ verified: boolean }>(
      'select "emailVerified" as verified from "user" where email = $1',
      [email],
    );
    expect(user?.verified).toBe(true);
  });

  it('refuses the link of a verification mail whose secret was retired or that was tampered with', async () => {
    const { email } = await signUp(browser());
    const { link } = await world.mail.newest(email, /verify/i);
    await world.rotateSession();
    const tampered = link.replace(/token=([^.]+)\.([^.]+)\./, (_all, head, claims) => {
      const other = JSON.parse(Buffer.from(claims, 'base64url').toString());
      return `token=${head}.${Buffer.from(JSON.stringify({ ...other, email: 'x@y.test' })).toString('base64url')}.`;
    });
    expect((await browser().open(tampered)).headers.get('location')).toContain('error=INVALID_TOKEN');
    await world.session.retire();
    await world.settled();
    expect((await browser().open(link)).headers.get('location')).toContain('error=INVALID_TOKEN');
  });

  it('keeps the link of a reset mail', async () => {
    const { email } = await signUp(browser());
    await browser().post('/request-password-reset', { email, redirectTo: '/reset' });
    const { link } = await world.mail.newest(email, /reset/i);
    await world.rotateSession();
    const opened = await browser().open(link);
    const token = new URL(opened.headers.get('location')!, base).searchParams.get('token');
    expect((await browser().post('/reset-password', { token, newPassword: 'another battery' })).status).toBe(200);
    expect((await signIn(browser(), email)).status).toBe(401);
  });

  it('signs out for good who comes with a cookie of the old secret', async () => {
    const here = browser();
    await signUp(here);
    const copy = here.clone();
    await world.rotateSession();
    expect((await here.post('/sign-out')).status).toBe(200);
    expect(here.cookies.size).toBe(0);
    expect(await copy.whoAmI()).toBeNull();
  });

  it('refuses a cookie that no secret of the ring signed', async () => {
    const here = browser();
    await signUp(here);
    await world.rotateSession();
    const name = `${prefix}session_token`;
    const value = decodeURIComponent(here.cookies.get(name)!);
    here.cookies.set(name, encodeURIComponent(`${value.split('.')[0]}.${'A'.repeat(43)}=`));
    expect(await here.whoAmI()).toBeNull();
  });

  it('ends a second factor that was asked for under the old secret', async () => {
    const here = browser();
    const { email } = await signUp(here);
    const factor = await enableSecondFactor(here);
    const asked = browser();
    expect(await asksForSecondFactor(await signIn(asked, email))).toBe(true);
    await world.rotateSession();
    expect((await asked.post('/two-factor/verify-totp', { code: factor.code() })).status).toBe(200);
    expect(await asked.whoAmI()).toBe(email);
  });

  it('goes on trusting a device, also after the old secret was retired', async () => {
    const here = browser();
    const { email } = await signUp(here);
    const factor = await enableSecondFactor(here);
    const device = browser();
    await signIn(device, email);
    await device.post('/two-factor/verify-totp', { code: factor.code(), trustDevice: true });
    await device.post('/sign-out');
    const copy = device.clone().keepOnly('trust_device');
    expect(copy.cookies.size).toBe(1);

    await world.rotateSession();
    expect(await asksForSecondFactor(await signIn(copy, email))).toBe(false);
    expect(await copy.whoAmI()).toBe(email);
    await world.session.retire();
    await world.settled();
    await copy.post('/sign-out');
    expect(await asksForSecondFactor(await signIn(copy, email))).toBe(false);
  });

  it("does not let one user's trusted device stand for another user", async () => {
    const [one, other] = [browser(), browser()];
    const first = await signUp(one);
    const factor = await enableSecondFactor(one);
    const second = await signUp(other);
    await enableSecondFactor(other);
    const device = browser();
    await signIn(device, first.email);
    await device.post('/two-factor/verify-totp', { code: factor.code(), trustDevice: true });
    await world.rotateSession();
    expect(await asksForSecondFactor(await signIn(device.clone().keepOnly('trust_device'), second.email))).toBe(true);
  });

  it('keeps a change of the password working with a cookie of the old secret', async () => {
    const here = browser();
    const { email } = await signUp(here);
    await world.rotateSession();
    const change = { currentPassword: PASSWORD, newPassword: 'another battery', revokeOtherSessions: true };
    expect((await here.post('/change-password', change)).status).toBe(200);
    expect(await here.whoAmI()).toBe(email);
  });
});
