import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PostgresServer } from '@keyturn/postgres';
import { SignJWT } from 'jose';
import { localeOf } from '../src/mail/locale.js';
import { messageOf } from '../src/mail/messages.js';
import type { Browser } from './support/browser.js';
import { MailCatcher } from './support/mail-catcher.js';
import { newAddress, PASSWORD, signIn, signUp } from './support/people.js';
import { startPostgres, World } from './support/platform.js';
import { ISSUER } from './support/ring.js';
import { until } from './support/until.js';

const FRONTEND = 'https://app.example.test/shop';
let postgres: PostgresServer;
let world: World;

beforeAll(async () => {
  postgres = await startPostgres();
  world = await World.create(postgres, {
    environment: { KEYTURN_FRONTEND_URL: `${FRONTEND}/`, KEYTURN_TRUSTED_ORIGINS: new URL(FRONTEND).origin },
  });
  await world.start();
}, 60_000);

afterAll(async () => {
  await world?.stop();
  await postgres?.stop();
});

const verified = async (email: string) =>
  (await world.query<{ is: boolean }>('select "emailVerified" as is from "user" where email = $1', [email]))[0]?.is;

const tokenOf = (link: string): string => new URL(link).searchParams.get('token') ?? '';

describe('a mail', () => {
  it('leads to the page of the front end in the locale that the browser accepts, in text and HTML', async () => {
    const email = newAddress();
    const body = { email, password: PASSWORD, name: 'Ada <b>&' };
    await world.browser().post('/sign-up/email', body, { 'accept-language': 'fr, de-AT;q=0.8, en;q=0.5' });
    const { link, subject, html, text } = await world.mail.newest(email, /Bestätigen/);
    expect(subject).toBe('Bestätigen Sie Ihre E-Mail-Adresse');
    expect(html).toContain(`href="${link.replaceAll('&', '&amp;')}"`);
    const opened = await world.browser().open(link);
    expect([opened.status, opened.headers.get('location')]).toEqual([302, `${FRONTEND}/de/verify?done=yes`]);
    expect(await verified(email)).toBe(true);
    expect(html).toContain('Guten Tag Ada &lt;b&gt;&amp;,');
    expect(text).toContain('Guten Tag Ada <b>&,');
  });

  it('is in the locale that the user chose, whatever the browser accepts', async () => {
    const email = newAddress();
    const body = { email, password: PASSWORD, name: 'Ada', locale: 'de' };
    expect((await world.browser().post('/sign-up/email', body, { 'accept-language': 'en' })).status).toBe(200);
    await world.browser().post('/request-password-reset', { email }, { 'accept-language': 'en' });
    expect((await world.mail.newest(email, /zurück/)).link).toContain('/de/reset?token=');
    const wrong = { ...body, email: newAddress(), locale: '../evil' };
    expect((await world.browser().post('/sign-up/email', wrong)).status).toBe(400);
  });

  it('does not carry a link that a stranger put into a name', () => {
    for (const name of ['win at evil.example', 'https://evil.example', 'x'.repeat(100)]) {
      expect(messageOf('verification', 'en', { name, link: 'https://a.test' }).text).toMatch(/^Hello,\n/);
    }
  });

  it('writes an address of somebody else as text into its HTML', () => {
    const address = `o'neil&"co"@example.test`;
    const { html, text } = messageOf('address-change', 'en', { name: 'Ada', link: 'https://a.test', address });
    expect(html).toContain('o&#39;neil&amp;&quot;co&quot;@example.test');
    expect(text).toContain(address);
  });

  it('takes the best of the accepted locales', () => {
    expect(localeOf(null, 'en;q=0.3, DE-ch;q=0.9')).toBe('de');
    expect(localeOf(null, 'de;q=0, *')).toBe('en');
    expect(localeOf('en', 'de')).toBe('en');
    expect(localeOf('fr', undefined)).toBe('en');
  });
});

describe('the links of mails', () => {
  it('verify an address and set a password after a change of the session secret', async () => {
    const { email } = await signUp(world.browser());
    const { link } = await world.mail.newest(email, /verify/i);
    await world.browser().post('/request-password-reset', { email });
    const reset = await world.mail.newest(email, /reset/i);
    await world.rotateSession();
    expect((await world.browser().get(`/verify-email?token=${tokenOf(link)}`)).status).toBe(200);
    expect(await verified(email)).toBe(true);
    expect(reset.link).toMatch(new RegExp(`^${FRONTEND}/en/reset\\?token=`));
    const body = { token: tokenOf(reset.link), newPassword: 'staple another battery' };
    expect((await world.browser().post('/reset-password', body)).status).toBe(200);
    expect((await signIn(world.browser(), email, { password: body.newPassword })).status).toBe(200);
  });
});

describe('a change of address', () => {
  const open = (browser: Browser, link: string) => browser.get(`/verify-email?token=${tokenOf(link)}`);

  const verifiedUser = async () => {
    const browser = world.browser();
    const { email } = await signUp(browser);
    await open(browser, (await world.mail.newest(email, /verify/i)).link);
    return { browser, email };
  };

  it('is allowed from the old address, then verified from the new one, across a change of the secret', async () => {
    const { browser, email } = await verifiedUser();
    const next = newAddress();
    expect((await browser.post('/change-email', { newEmail: next })).status).toBe(200);
    const approval = await world.mail.newest(email, /confirm the change/i);
    expect(approval.text).toContain(next);
    await world.rotateSession();
    expect((await open(browser, approval.link)).status).toBe(200);
    expect(await browser.whoAmI()).toBe(email);
    const { link } = await world.mail.newest(next, /new e-mail/i);
    await world.rotateSession();

    const elsewhere = await open(world.browser(), link);
    expect([elsewhere.status, await elsewhere.json()]).toMatchObject([401, { code: 'SIGN_IN_FIRST' }]);
    const page = (await world.browser().open(link)).headers.get('location');
    expect(page).toBe(`${FRONTEND}/en/verify?done=yes&error=SIGN_IN_FIRST`);
    const evil = await world.browser().get(`/verify-email?token=${tokenOf(link)}&callbackURL=https://evil.example/`);
    expect(evil.headers.get('location')).toBeNull();
    expect((await open(browser, link)).status).toBe(200);
    expect(await browser.whoAmI()).toBe(next);
    expect((await open(browser, link)).status).toBe(401);
    expect((await signIn(world.browser(), next)).status).toBe(200);
  });

  it('needs a sign-in of the last five minutes, and the old address hears of it, verified or not', async () => {
    const browser = world.browser();
    const { email } = await signUp(browser);
    const next = newAddress();
    const ask = async () => browser.post('/change-email', { newEmail: next });
    await world.query(
      `update "session" s set "confirmedAt" = now() - interval '301 seconds'
       from "user" u where u."id" = s."userId" and u."email" = $1`,
      [email],
    );
    const refused = await ask();
    expect([refused.status, await refused.json()]).toMatchObject([403, { code: 'ERR_CONFIRMATION_NEEDED' }]);
    await signIn(browser, email);
    expect((await ask()).status).toBe(200);
    expect((await world.mail.newest(email, /address is to change/i)).text).toContain(next);
    await world.mail.newest(next, /new e-mail/i);
  });

  it('does not happen when somebody else has the address by now, or when it was asked for too long ago', async () => {
    const asked = async () => {
      const { browser, email } = await verifiedUser();
      const next = newAddress();
      await browser.post('/change-email', { newEmail: next });
      await open(browser, (await world.mail.newest(email, /confirm the change/i)).link);
      const { link } = await world.mail.newest(next, /new e-mail/i);
      return { browser, email, next, link };
    };
    const taken = await asked();
    await world.browser().post('/sign-up/email', { email: taken.next, password: PASSWORD, name: 'Eve' });
    expect((await open(taken.browser, taken.link)).status).toBe(401);
    expect(await taken.browser.whoAmI()).toBe(taken.email);
    const late = await asked();
    await world.query(
      `update "verification" set "expiresAt" = now() - interval '1 second'
       where "identifier" = (select 'address-change:' || "id" from "user" where "email" = $1)`,
      [late.email],
    );
    expect((await open(late.browser, late.link)).status).toBe(401);
    expect(await late.browser.whoAmI()).toBe(late.email);
  });

  it('is refused to whoever knows the session secret and did not ask for it in a session', async () => {
    const { browser, email } = await verifiedUser();
    const secret = new TextEncoder().encode(world.session.inState('active').secret);
    const forge = (more: object) =>
      new SignJWT({ email, updateTo: newAddress(), ...more })
        .setProtectedHeader({ alg: 'HS256' })
        .setIssuedAt()
        .setExpirationTime('1h')
        .sign(secret);
    for (const more of [
      {},
      { requestType: 'change-email-confirmation' },
      { requestType: 'change-email-verification' },
    ]) {
      const link = `${ISSUER}/api/auth/verify-email?token=${await forge(more)}`;
      expect((await open(world.browser(), link)).status).toBe(401);
      expect((await open(browser, link)).status).toBe(401);
    }
    await browser.post('/change-email', { newEmail: newAddress() });
    const other = await forge({ requestType: 'change-email-verification' });
    expect((await open(browser, `${ISSUER}/?token=${other}`)).status).toBe(401);
    expect(await browser.whoAmI()).toBe(email);
  });
});

describe('a mail server', () => {
  const portOf = (url: string): number => Number(new URL(url).port);

  it('that is down loses no sign-up and no mail, also not across a restart; the mail is sent once', async () => {
    const first = new MailCatcher();
    const smtp = await first.start();
    await first.stop();
    const down = await World.create(postgres, { environment: { SMTP_URL: smtp } });
    const [one] = [await down.start(), await down.start()];
    const { email } = await signUp(down.browser());
    const metrics = async () => (await fetch(`${down.replicas[1]!.managementUrl}/metrics`)).text();
    const waiting = (count: number) =>
      until(`${count} mails to wait`, async () =>
        (await metrics()).split('\n').includes(`keyturn_auth_mails_waiting ${count}`),
      );
    await waiting(1);
    await one!.stop();
    const back = new MailCatcher();
    await back.start(portOf(smtp));
    const { messageId } = await back.newest(email, /verify/i);
    expect(messageId).toMatch(/^<[0-9a-f-]{36}@localhost>$/);
    await waiting(0);
    expect(back.count(email)).toBe(1);
    expect(await down.query('select * from mail_outbox')).toEqual([]);
    expect(down.log.lines.join('')).toContain('could not be sent and is tried again');
    await down.stop();
    await back.stop();
  });

  it('that stays down is given up when the link is of no use any more', async () => {
    const down = await World.create(postgres, {
      environment: { SMTP_URL: 'smtp://127.0.0.1:1', KEYTURN_MAIL_LINK_TTL: '1s' },
    });
    await down.start();
    await signUp(down.browser());
    const isEmpty = async () => (await down.query('select from mail_outbox')).length === 0;
    await until('the mail to be given up', isEmpty);
    await down.stop();
    expect(down.log.lines.join('')).toContain('a mail could not be sent while its link was good');
  });
});
