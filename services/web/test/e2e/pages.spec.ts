import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { answerTo } from './support/answer';
import { makeAdministrator } from './support/administrator';
import { needsBrowser } from './support/chromium';
import { linkInMail } from './support/mailbox';
import { openStage, PASSWORD, type Stage, type Visit } from './support/stage';
import { totp } from './support/totp';

const suite = needsBrowser ? describe.skip : describe;

let stage: Stage;
beforeAll(async () => {
  if (!needsBrowser) stage = await openStage();
}, 300_000);
afterAll(() => stage?.close());

const OPEN = ['', '/sign-in', '/sign-up', '/verify', '/reset', '/reset?token=x', '/two-factor', '/nothing-here'];

const nameOf = (path: string): string => path.replaceAll(/\W+/g, '-').replace(/^-/, '') || 'home';

/** Looks at pages in one light: nothing in the way of anybody, and a picture of each. */
const inspect = async (visit: Visit, light: string, paths: readonly string[]): Promise<void> => {
  for (const path of paths) {
    await visit.go(path);
    expect({ path, light, barriers: await visit.barriers() }).toEqual({ path, light, barriers: [] });
    await visit.picture(`${nameOf(path.replace(/^\/en/, ''))}-${light}`);
  }
};

suite(needsBrowser ?? 'the pages', () => {
  it('are there for everybody, in light and dark', async () => {
    for (const light of ['light', 'dark'] as const) {
      const visit = await stage.open({ colorScheme: light });
      await inspect(
        visit,
        light,
        OPEN.map((path) => `/en${path}`),
      );
      await visit.context.close();
    }
    expect(stage.complaints).toEqual([]);
  });

  it('speak German to those who ask for it', async () => {
    const { page } = await stage.open();
    await page.goto('/de/sign-in?callback=//evil.example');
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('Anmelden');
    expect(await page.locator('html').getAttribute('lang')).toBe('de');
  });

  it('say with everything what a browser may do with it, and repeat no host that a request names', async () => {
    const { url } = stage.platform;
    const pages = ['/en', '/en/tasks', '/en/nothing-here', '/de/sign-in?callback=//evil.example'];
    const files = ['/icon.svg', '/_next/static/none', '/none.txt', '/readyz'];
    for (const path of [...pages, ...files]) {
      const { headers } = await answerTo(url, path);
      const sameSite = {
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'same-origin',
      };
      expect([path, headers]).toEqual([path, expect.objectContaining(sameSite)]);
      expect([path, headers['x-powered-by']]).toEqual([path, undefined]);
    }
    for (const path of [...pages, '//evil.example', '/\\evil.example', '/en/..//evil.example', '/%5cevil.example']) {
      const { headers } = await answerTo(url, path);
      expect([path, new URL(headers.location ?? '/', url).origin]).toEqual([path, new URL(url).origin]);
    }
    for (const path of pages) {
      const policies = [await answerTo(url, path), await answerTo(url, path)].map(
        ({ headers }) => headers['content-security-policy'],
      );
      expect(policies[0]).toMatch(/^default-src 'none'; script-src 'nonce-[\w+/=]{20,}' 'strict-dynamic';/);
      expect(policies[0]).not.toBe(policies[1]);
    }
    for (const path of ['/', '/en', '/en/tasks', '/en/nothing-here', '/en/sign-in']) {
      expect([path, (await answerTo(url, path, 'attacker.example')).whole.includes('attacker')]).toEqual([path, false]);
    }
  });

  it('say what is wrong, and keep what was written', async () => {
    const visit = await stage.open();
    await visit.go('/en/sign-in');
    await visit.fillSignIn('nobody@example.org', 'not the password');
    expect(await visit.page.getByRole('alert').filter({ hasText: 'wrong' }).innerText()).toContain('is wrong');
    expect(await visit.page.getByLabel('E-mail address').inputValue()).toBe('nobody@example.org');
  });

  it('lead through the mails: an address is verified, a lost password replaced', async () => {
    const visit = await stage.open();
    const { page } = visit;
    const email = 'grace@example.org';
    await visit.signUp({ name: 'Grace Hopper', email });
    await page.goto(await linkInMail(stage.platform, email, /verify/i));
    await page.getByRole('heading', { name: 'Your address is verified' }).waitFor();
    await visit.go('/en');
    await visit.signOut();

    await visit.go('/en/reset');
    await page.getByLabel('E-mail address').fill(email);
    await visit.press('Send the link');
    await page.getByText('Look into your mailbox').waitFor();
    await page.goto(await linkInMail(stage.platform, email, /reset|password/i));
    await visit.arrive(/\/en\/reset\?token=/);
    await page.getByLabel('New password', { exact: true }).fill('another good passphrase 42');
    await visit.press('Save the password');
    await page.getByText('Your password is changed').waitFor();
    await visit.go('/en/sign-in');
    await visit.fillSignIn(email, 'another good passphrase 42');
    await visit.arrive('**/en/tasks');
  });

  it('turn two-factor sign-in on, ask for it, and take a backup code', async () => {
    const visit = await stage.open();
    const { page } = visit;
    const email = 'radia@example.org';
    await visit.signUp({ name: 'Radia Perlman', email });
    await inspect(visit, 'light', ['/en/account']);
    await visit.press('Turn on');
    await page.getByLabel('Your password', { exact: true }).fill(PASSWORD);
    await visit.press('Continue');
    const secret = (await page.locator('[role=alertdialog] code').innerText()).replaceAll(/\s/g, '');
    await visit.picture('two-factor-on-light');
    await page.getByLabel('Code of the app').fill(totp(secret, Date.now()));
    await visit.press('Confirm');
    const codes = page.getByRole('list', { name: 'Backup codes' }).getByRole('listitem');
    const backup = await codes.first().innerText();
    await visit.press('I have kept them');
    await page.getByText('On: a sign-in asks for a code.').waitFor();
    await visit.signOut();

    await visit.go('/en/sign-in');
    await visit.fillSignIn(email);
    await visit.arrive(/\/en\/two-factor/);
    await visit.press('Use a backup code instead');
    await page.getByLabel('Backup code').fill(backup);
    await visit.press('Confirm');
    await visit.arrive('**/en/tasks');
  });
});

suite(needsBrowser ?? 'keys that change while people work', () => {
  it('costs nobody anything, and shows the administrator who has acknowledged what', async () => {
    const admin = await stage.open();
    const user = await stage.open();
    await admin.signUp({ name: 'Root', email: 'root@example.org' });
    await makeAdministrator(stage.platform, 'root@example.org', PASSWORD);
    await user.signUp({ name: 'Ada Lovelace', email: 'ada@example.org' });
    await user.addTask('Only mine');
    await inspect(user, 'light', ['/en/tasks']);

    await admin.go('/en/admin/keys');
    const rotate = async (ring: string): Promise<void> => {
      await admin.page.getByRole('button', { name: `Rotate ${ring}` }).click();
      await admin.press('Rotate');
      await admin.page.getByRole('region', { name: ring }).getByText('Complete').first().waitFor();
    };
    await rotate('session-secret');
    await user.addTask('After the session secret has changed');
    await user.page.reload();
    await user.ready();
    await user.task('After the session secret has changed').waitFor();

    const tokens = admin.page.getByRole('region', { name: 'access-tokens' });
    const active = tokens.getByRole('listitem').filter({ hasText: 'Active' });
    await active.getByRole('button', { name: /^Revoke/ }).click();
    await admin.picture('revoke-light');
    await admin.press('Revoke');
    await tokens.getByText('Revocation').first().waitFor();
    await user.addTask('After the key was revoked');

    for (const light of ['light', 'dark'] as const) {
      await admin.page.emulateMedia({ colorScheme: light });
      expect(await admin.barriers()).toEqual([]);
      await admin.picture(`keys-${light}`);
    }
    await admin.go('/en/tasks');
    await admin.page.getByText('Nothing to do').waitFor();
    await user.page.goto('/en/admin/keys');
    await user.page.getByRole('heading', { name: 'There is nothing here' }).waitFor();
    expect(stage.complaints).toEqual([]);
  });
});
