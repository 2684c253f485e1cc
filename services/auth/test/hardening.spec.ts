import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PostgresServer } from '@keyturn/postgres';
import { createAuthClient } from 'better-auth/client';
import { twoFactorClient } from 'better-auth/client/plugins';
import { Browser } from './support/browser.js';
import { enableSecondFactor, newAddress, PASSWORD, signIn, signUp } from './support/people.js';
import { startPostgres, World } from './support/platform.js';
import { ISSUER } from './support/ring.js';
import { until } from './support/until.js';

let postgres: PostgresServer;
let world: World;

beforeAll(async () => {
  postgres = await startPostgres();
  world = await World.create(postgres, { environment: { KEYTURN_TRUSTED_ORIGINS: 'https://app.example.test' } });
  await world.start();
}, 60_000);

afterAll(async () => {
  await world?.stop();
  await postgres?.stop();
});

const url = () => world.replicas[0]!.url;
const raw = (path: string, init: RequestInit) => fetch(`${url()}${path}`, { redirect: 'manual', ...init });
const json = { 'content-type': 'application/json', origin: ISSUER };

/** Better Auth's own client in a browser of ours, as a front end has it. */
const clientIn = (browser: Browser) =>
  createAuthClient({
    baseURL: ISSUER,
    plugins: [twoFactorClient()],
    fetchOptions: {
      customFetchImpl: async (input, init) => {
        const { pathname, search } = new URL(String(input));
        const body = init?.body === undefined || init.body === null ? undefined : JSON.parse(String(init.body));
        const method = init?.method === 'POST' ? 'POST' : 'GET';
        return browser.call(`${pathname}${search}`, { method, ...(body !== undefined && { body }) });
      },
    },
  });

describe("Better Auth's own client", () => {
  it('signs up, survives changes of the secret, uses a second factor, signs out and in', async () => {
    const browser = world.browser();
    const client = clientIn(browser);
    const email = newAddress();
    const signedUp = await client.signUp.email({ email, password: PASSWORD, name: 'Ada' });
    expect(signedUp.error).toBeNull();
    for (let change = 0; change < 3; change += 1) {
      await world.rotateSession();
      expect((await client.getSession()).data?.user.email).toBe(email);
    }
    const factor = await enableSecondFactor(browser);
    expect((await client.signOut()).data).toEqual({ success: true });
    expect((await client.getSession()).data).toBeNull();
    await client.signIn.email({ email, password: PASSWORD });
    await world.rotateSession();
    const verified = await client.twoFactor.verifyTotp({ code: factor.code() });
    expect(verified.error).toBeNull();
    expect((await client.getSession()).data?.user.email).toBe(email);
  });
});

describe('origins', () => {
  it('of the platform and trusted ones may call with credentials, others may not', async () => {
    const preflight = (origin: string) =>
      raw('/api/auth/sign-in/email', {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' },
      });
    for (const origin of [ISSUER, 'https://app.example.test']) {
      const { headers, status } = await preflight(origin);
      expect(status).toBe(204);
      expect(headers.get('access-control-allow-origin')).toBe(origin);
      expect(headers.get('access-control-allow-credentials')).toBe('true');
    }
    expect((await preflight('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
    const body = JSON.stringify({ email: 'a@b.test', password: PASSWORD });
    const refused = await raw('/api/auth/sign-in/email', {
      method: 'POST',
      headers: { ...json, origin: 'https://evil.example', cookie: 'better-auth.session_token=x' },
      body,
    });
    expect(refused.status).toBe(403);
  });
});

describe('bad input', () => {
  it('a method that is none of the protocol is answered, not failed', async () => {
    // fetch() refuses to send it.
    const asked = request(`${url()}/api/auth/get-session`, { method: 'TRACE' }).end();
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    response.resume();
    expect(response.statusCode).toBe(404);
  });

  it.each([
    ['JSON that breaks off', '{"email": "a@b.test", '],
    ['no object', '"text"'],
    ['an address that is none', '{"email":"nobody","password":"x"}'],
    ['a field of the wrong type', '{"email":{"$gt":""},"password":["x"]}'],
  ])('%s is answered with 400 and without a stack', async (_name, body) => {
    const response = await raw('/api/auth/sign-in/email', { method: 'POST', headers: json, body });
    expect(response.status).toBe(400);
    expect(await response.text()).not.toMatch(/\bat .*:\d+|node_modules/);
  });

  it('that no column can hold is answered with 4xx', async () => {
    const body = JSON.stringify({ email: newAddress(), password: PASSWORD, name: 'A\u0000B' });
    const response = await raw('/api/auth/sign-up/email', { method: 'POST', headers: json, body });
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.status).toBeLessThan(500);
    const reset = await raw('/api/auth/reset-password', {
      method: 'POST',
      headers: json,
      body: JSON.stringify({ token: 'a\u0000b', newPassword: PASSWORD }),
    });
    expect(reset.status).toBe(400);
  });

  it('larger than the limit is answered with 413, of another type with 415', async () => {
    const large = JSON.stringify({ email: 'a@b.test', password: 'x'.repeat(200_000) });
    expect((await raw('/api/auth/sign-in/email', { method: 'POST', headers: json, body: large })).status).toBe(413);
    const xml = { method: 'POST', headers: { ...json, 'content-type': 'application/xml' }, body: '<a/>' };
    expect((await raw('/api/auth/sign-in/email', xml)).status).toBe(415);
  });

  it('in cookies and headers changes nothing', async () => {
    await world.rotateSession();
    for (const cookie of [
      'better-auth.session_token=%E0%A4%A; better-auth.session_data=..; =; ;;',
      `better-auth.session_token=${'a.'.repeat(3_000)}`,
      'better-auth.session_data.0=x; better-auth.session_data.99999999999=y; better-auth.trust_device=!',
      '__Secure-better-auth.session_token="quoted"; better-auth.account_data=a.b.c.d.e',
    ]) {
      const response = await raw('/api/auth/get-session', { headers: { cookie, authorization: 'Bearer a.b.c%' } });
      expect(response.status).toBe(200);
      expect(await response.text()).toBe('null');
    }
    const opened = await raw('/api/auth/verify-email?token=a.b.c', {});
    expect(opened.status).toBe(401);
  });
});

describe('what outsiders learn', () => {
  it('is the same for an unknown address and a wrong password', async () => {
    const { email } = await signUp(world.browser());
    const unknown = await world.browser().post('/sign-in/email', { email: newAddress(), password: 'wrong password' });
    const wrong = await world.browser().post('/sign-in/email', { email, password: 'wrong password' });
    expect([unknown.status, wrong.status]).toEqual([401, 401]);
    expect(await unknown.json()).toEqual(await wrong.json());
  });

  it('is nothing about accounts where addresses have to be verified', async () => {
    const strict = await World.create(postgres, { environment: { KEYTURN_REQUIRE_VERIFIED_EMAIL: 'true' } });
    await strict.start();
    const body = { email: 'taken@example.test', password: PASSWORD, name: 'A' };
    const first = await strict.browser().post('/sign-up/email', body);
    const again = await strict.browser().post('/sign-up/email', body);
    expect([first.status, again.status]).toEqual([200, 200]);
    expect((await signIn(strict.browser(), body.email)).status).toBe(403);
    const { link } = await strict.mail.newest(body.email, /verify/i);
    await strict.rotateSession();
    await strict.browser().open(link);
    expect((await signIn(strict.browser(), body.email)).status).toBe(200);
    await strict.stop();
  });
});

describe('a session', () => {
  const lives = (of: World) =>
    of.query<{ seconds: number }>(
      'select extract(epoch from "expiresAt" - "createdAt")::int as seconds from "session"',
    );

  it('lives no longer than configured, also when it is not to be remembered', async () => {
    const short = await World.create(postgres, {
      environment: { KEYTURN_SESSION_TTL: '1h', KEYTURN_SESSION_UPDATE_AGE: '1m' },
    });
    await short.start();
    const { email } = await signUp(short.browser());
    await signIn(short.browser(), email, { rememberMe: false });
    expect(await lives(short)).toEqual([{ seconds: 3600 }, { seconds: 3600 }]);
    await short.stop();
  });

  it('lives no longer than the ring keeps a secret that was replaced, and the log says so', async () => {
    const short = await World.create(postgres, { session: { settings: { maxCredentialLifetimeMs: 600_000 } } });
    await short.start();
    const browser = short.browser();
    await signUp(browser);
    expect(await lives(short)).toEqual([{ seconds: 600 }]);
    expect(browser.lines.get('better-auth.session_token')).toContain('Max-Age=600;');
    expect(short.log.lines.join('')).toContain('"variables":["KEYTURN_SESSION_TTL"');
    await short.stop();
  });
});

describe('mail', () => {
  it('that cannot be sent fails no request', async () => {
    const silent = await World.create(postgres, { environment: { SMTP_URL: 'smtp://127.0.0.1:1' } });
    await silent.start();
    const browser = silent.browser();
    const { email } = await signUp(browser);
    expect((await browser.post('/request-password-reset', { email })).status).toBe(200);
    // It is sent after the answer, and a process that is told to stop may not have tried.
    await until('the log to tell it', () => silent.log.lines.join('').includes('a mail could not be sent'));
    await silent.stop();
  });
});

describe('logs and metrics', () => {
  it('hold no password, cookie, token, secret or link', async () => {
    const browser = world.browser();
    const { email, bearer } = await signUp(browser);
    await signIn(world.browser(), email, { password: 'a wrong password' });
    const { link } = await world.mail.newest(email, /verify/i);
    await browser.open(link);
    const token = await browser.token();
    const text = world.log.lines.join('');
    const { keys } = world.session;
    const secrets = [PASSWORD, 'a wrong password', bearer, bearer.split('.')[0]!, token, new URL(link).search];
    for (const secret of [...secrets, ...keys.flatMap((key) => key.secret ?? [])]) {
      expect(text.includes(secret)).toBe(false);
    }
    const metrics = await (await fetch(`${world.replicas[0]!.managementUrl}/metrics`)).text();
    expect(metrics).toMatch(/keyturn_auth_sign_ins_total\{method="sign-in-email",result="refused"\} [1-9]/);
    expect(metrics).toMatch(/keyturn_auth_sign_ins_total\{method="sign-up-email",result="success"\} [1-9]/);
    expect(metrics).toMatch(/keyturn_auth_tokens_total\{result="issued"\} [1-9]/);
    expect(metrics).toMatch(/keyturn_auth_carried_over_total\{what="cookie"\} [1-9]/);
    expect(metrics).not.toContain(email);
  });
});
