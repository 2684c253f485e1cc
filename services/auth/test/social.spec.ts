import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { PostgresServer } from '@keyturn/postgres';
import { readAuthConfiguration } from '../src/environment.js';
import { administrator, askAdmin } from './support/clients.js';
import type { Browser } from './support/browser.js';
import { CLIENT, NONCE, OpenIdProvider } from './support/openid-provider.js';
import { enableSecondFactor, newAddress, signUp } from './support/people.js';
import { startPostgres, World } from './support/platform.js';
import { ISSUER } from './support/ring.js';
import { until } from './support/until.js';

let postgres: PostgresServer;
let world: World;
let folder: string;
let believed: OpenIdProvider;
let doubted: OpenIdProvider;
let thin: OpenIdProvider;

const callback = (id: string): string => `${ISSUER}/api/auth/callback/${id}`;

beforeAll(async () => {
  // What the provider says of its own defaults.
  for (const level of ['info', 'warn'] as const) jest.spyOn(console, level).mockImplementation(() => undefined);
  postgres = await startPostgres();
  folder = await mkdtemp(join(tmpdir(), 'keyturn-social-'));
  const clientSecretFile = join(folder, 'secret');
  await writeFile(clientSecretFile, `${CLIENT.secret}\n`);
  believed = await OpenIdProvider.start([callback('corp')]);
  doubted = await OpenIdProvider.start([callback('doubted'), callback('trusted')], { verified: false });
  thin = await OpenIdProvider.start([callback('thin')], { verified: 'false', thin: true });
  const common = { clientId: CLIENT.id, clientSecretFile };
  const providers = [
    { id: 'corp', name: 'Corporation', issuer: believed.issuer, ...common },
    { id: 'doubted', issuer: doubted.issuer, ...common },
    { id: 'trusted', issuer: doubted.issuer, trusted: true, ...common },
    { id: 'thin', issuer: thin.issuer, ...common },
    { id: 'away', issuer: 'http://localhost:1', ...common },
    { id: 'google', ...common },
  ];
  const environment = { KEYTURN_SOCIAL_PROVIDERS: JSON.stringify(providers), KEYTURN_SWEEP_INTERVAL: '100ms' };
  world = await World.create(postgres, { environment });
  await world.start();
  await world.start();
  for (const { url } of world.replicas) {
    await until('all providers but the one that is away', async () => (await names(url)).length === 5);
  }
}, 60_000);

afterAll(async () => {
  await world?.stop();
  await believed?.stop();
  await doubted?.stop();
  await thin?.stop();
  await postgres?.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
});

const names = async (url: string): Promise<string[]> => {
  const { providers } = (await (await fetch(`${url}/api/auth/social-providers`)).json()) as {
    providers: { id: string }[];
  };
  return providers.map(({ id }) => id);
};

const begin = async (browser: Browser, provider: string, path = '/sign-in/social'): Promise<string> => {
  const answer = await browser.post(path, { provider, callbackURL: '/app', errorCallbackURL: '/failed' });
  if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
  return ((await answer.json()) as { url: string }).url;
};

const at = (provider: string): OpenIdProvider =>
  provider === 'thin' ? thin : provider === 'corp' ? believed : doubted;

/** The whole way; where the browser is sent in the end. */
const signInBy = async (browser: Browser, provider: string, address: string, path?: string): Promise<string> => {
  const back = await at(provider).visit(await begin(browser, provider, path), address);
  return (await browser.open(back)).headers.get('location') ?? '';
};

interface Account {
  readonly id: string;
  readonly providerId: string;
}

const linked = async (browser: Browser): Promise<Account[]> =>
  (await (await browser.get('/list-accounts')).json()) as Account[];
const accounts = async (browser: Browser) => (await linked(browser)).map(({ providerId }) => providerId);
const accountId = async (browser: Browser, provider: string): Promise<string> =>
  (await linked(browser)).find(({ providerId }) => providerId === provider)!.id;

describe('signing in with an account elsewhere', () => {
  it('goes on when the session secret changes in the middle of the redirect', async () => {
    const browser = world.browser();
    const email = newAddress();
    const url = await begin(browser, 'corp');
    await world.rotateSession();
    const back = await believed.visit(url, email);
    await world.rotateSession();
    const answer = await browser.open(back);
    expect(answer.headers.get('location')).toMatch(/\/app$/);
    expect(await browser.whoAmI()).toBe(email);
    expect(await browser.token()).toMatch(/^eyJ/);
    expect(await accounts(browser)).toEqual(['corp']);
  });

  it('finds the same user again, and keeps tokens encrypted, which the sweep moves to the new secret', async () => {
    const email = newAddress();
    const [first, second] = [world.browser(), world.browser()];
    await signInBy(first, 'corp', email);
    await signInBy(second, 'corp', email);
    const [account] = await world.query<{ accessToken: string; idToken: string | null }>(
      `select a."accessToken", a."idToken" from "account" a join "user" u on u."id" = a."userId" where u."email" = $1`,
      [email],
    );
    expect(account!.accessToken).toMatch(/^\$ba\$\d+\$/);
    expect(account!.idToken).toBeNull();
    const old = world.session.inState('active').kid;
    await world.rotateSession();
    const rowsLeft = async () => {
      const receipt = await world.replicas[0]!.receipt('session-secret', world.session.generation);
      return receipt.rowsLeft?.[old];
    };
    await until('the tokens to be re-encrypted', async () => (await rowsLeft()) === 0);
    expect(await second.whoAmI()).toBe(email);
    await world.session.retire();
    await world.settled();
    const answer = await second.post('/get-access-token', { accountId: await accountId(second, 'corp') });
    expect(((await answer.json()) as { accessToken: string }).accessToken).toMatch(/^[\w-]{20,}$/);
    expect((await world.query('select from "user" where "email" = $1', [email])).length).toBe(1);
  });

  it('is refused when it comes back in another browser, or a second time', async () => {
    const [browser, thief] = [world.browser(), world.browser()];
    const back = await believed.visit(await begin(browser, 'corp'), newAddress());
    expect((await thief.open(back)).headers.get('location')).toContain('error');
    expect(await thief.whoAmI()).toBeNull();
    const again = await believed.visit(await begin(browser, 'corp'), newAddress());
    await browser.open(again);
    const other = browser.clone();
    expect((await other.open(again)).headers.get('location')).toContain('error');
  });

  it('does not go where the configuration does not trust', async () => {
    const answer = await world
      .browser()
      .post('/sign-in/social', { provider: 'corp', callbackURL: 'https://evil.test' });
    expect(answer.status).toBe(403);
  });

  it('offers Google, and waits for nobody: a provider that is away holds no change of a ring', async () => {
    const url = new URL(await begin(world.browser(), 'google'));
    expect([url.host, url.searchParams.get('client_id')]).toEqual(['accounts.google.com', CLIENT.id]);
    expect(await names(world.replicas[0]!.url)).toEqual(['corp', 'doubted', 'trusted', 'thin', 'google']);
    expect((await world.browser().post('/sign-in/social', { provider: 'away' })).status).toBe(404);
    await world.rotateSession();
    expect(await names(world.replicas[0]!.url)).toContain('corp');
  });

  it('makes no account for an address of a disposable provider', async () => {
    const browser = world.browser();
    expect(await signInBy(browser, 'corp', 'somebody@yopmail.com')).toContain('/failed?error=disposable-domain');
    expect(await browser.whoAmI()).toBeNull();
    expect(await world.query('select from "user" where "email" like \'%yopmail.com\'')).toEqual([]);
  });

  it('takes no tokens from a browser, which would be an ID token of one user with an access token of another', async () => {
    const [attacker, victim] = [world.browser(), world.browser()];
    const addresses = [newAddress(), newAddress()] as const;
    for (const [number, browser] of [attacker, victim].entries()) await signInBy(browser, 'thin', addresses[number]!);
    const [own, stolen] = [
      await thin.tokens(addresses[0], callback('thin')),
      await thin.tokens(addresses[1], callback('thin')),
    ];
    for (const accessToken of [stolen.access_token, own.access_token]) {
      const body = { provider: 'thin', idToken: { token: own.id_token, nonce: NONCE, accessToken } };
      const thief = world.browser();
      const answers = [await thief.post('/sign-in/social', body), await attacker.post('/link-social', body)];
      expect(await thief.whoAmI()).toBeNull();
      for (const answer of answers) expect(await answer.json()).toMatchObject({ code: 'ID_TOKEN_NOT_SUPPORTED' });
    }
  });

  it('needs the provider to speak of one user in the ID token and in its userinfo', async () => {
    const browser = world.browser();
    expect(await signInBy(browser, 'thin', 'somebody@swapped.test')).toContain('error');
    expect(await browser.whoAmI()).toBeNull();
  });

  it('does not confirm an administrator, and asks for no second factor', async () => {
    const browser = world.browser();
    const { email } = await signUp(browser);
    await world.query(`update "user" set "emailVerified" = true, "role" = 'admin' where "email" = $1`, [email]);
    await enableSecondFactor(browser);
    await signInBy(browser, 'corp', email, '/link-social');
    const other = world.browser();
    await signInBy(other, 'corp', email);
    expect(await other.whoAmI()).toBe(email);
    const refused = await askAdmin(other, 'POST', '/clients', {});
    expect(await refused.json()).toMatchObject({ code: 'ERR_CONFIRMATION_NEEDED' });
  });

  it('is closed to a user who was disabled', async () => {
    const email = newAddress();
    await signInBy(world.browser(), 'corp', email);
    const { browser: admin } = await administrator(world);
    const found = await (await askAdmin(admin, 'GET', `/users?search=${email}`)).json();
    await askAdmin(admin, 'POST', `/users/${(found as { users: { id: string }[] }).users[0]!.id}/disable`);
    const browser = world.browser();
    await signInBy(browser, 'corp', email);
    expect(await browser.whoAmI()).toBeNull();
  });
});

describe('an account elsewhere', () => {
  const verifiedUser = async () => {
    const browser = world.browser();
    const { email } = await signUp(browser);
    await world.query('update "user" set "emailVerified" = true where "email" = $1', [email]);
    return { browser, email };
  };

  it('is linked by nothing but its user: not by the same address, verified at both ends, whose account another may have made', async () => {
    const attacker = world.browser();
    const { email } = await signUp(attacker);
    await world.browser().open((await world.mail.newest(email, /verify/i)).link);
    for (const provider of ['corp', 'trusted', 'doubted', 'thin']) {
      const owner = world.browser();
      expect(await signInBy(owner, provider, email)).toContain('error=account_not_linked');
      expect(await owner.whoAmI()).toBeNull();
    }
    expect(await accounts(attacker)).toEqual(['credential']);
  });

  it('is not linked on the word of a provider that is not trusted; one that is trusted needs not say verified', async () => {
    const { browser, email } = await verifiedUser();
    for (const provider of ['doubted', 'thin'])
      expect(await signInBy(browser, provider, email, '/link-social')).toContain('error');
    expect(await accounts(browser)).toEqual(['credential']);
    await signInBy(browser, 'trusted', email, '/link-social');
    expect((await accounts(browser)).sort()).toEqual(['credential', 'trusted']);
  });

  it('is linked by a user who is signed in, listed, and unlinked; the last way in stays', async () => {
    const { browser, email } = await verifiedUser();
    await signInBy(browser, 'corp', email, '/link-social');
    expect((await accounts(browser)).sort()).toEqual(['corp', 'credential']);
    const written = `select "event", "details" from "audit_event" e join "user" u on u."id" = e."subject"
      where u."email" = $1 and e."event" = 'account-linked'`;
    expect(await world.query(written, [email])).toEqual([{ event: 'account-linked', details: { provider: 'corp' } }]);
    const unlink = async (provider: string) =>
      (await browser.post('/unlink-account', { accountId: await accountId(browser, provider) })).status;
    expect(await unlink('corp')).toBe(200);
    expect(await accounts(browser)).toEqual(['credential']);
    expect(await unlink('credential')).toBe(400);
    expect(JSON.stringify(await linked(browser))).not.toMatch(/token|password/i);
  });
});

describe('the configuration of providers', () => {
  it('is refused with the place and the rule, and repeats no value', () => {
    const one = { id: 'corp', clientId: 'SECRET-ID', clientSecretFile: '/SECRET', issuer: 'https://corp.test' };
    const { issuer: _issuer, ...without } = one;
    for (const list of [
      'SECRET',
      JSON.stringify([{ ...one, id: 'Not An Id' }]),
      JSON.stringify([{ ...one, issuer: 'http://SECRET.test' }]),
      JSON.stringify([{ ...one, color: 'SECRET' }]),
      JSON.stringify([one, one]),
      JSON.stringify([without]),
      JSON.stringify([{ ...one, id: 'google' }]),
      JSON.stringify([{ ...one, id: 'credential' }]),
    ]) {
      let said = '';
      try {
        readAuthConfiguration({ KEYTURN_SOCIAL_PROVIDERS: list });
      } catch (error) {
        said = String((error as Error).message);
      }
      expect(said).toMatch(/KEYTURN_SOCIAL_PROVIDERS: must (be|have|name)/);
      expect(said).not.toContain('SECRET-ID');
      expect(said).not.toContain('SECRET.test');
    }
  });
});
