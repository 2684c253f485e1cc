import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { answerTo } from './support/answer';
import { needsBrowser } from './support/chromium';
import { linkInMail } from './support/mailbox';
import { openStage, PASSWORD, type Stage, type Visit } from './support/stage';
import { totp } from './support/totp';

const suite = needsBrowser ? describe.skip : describe;

let stage: Stage;
beforeAll(async () => {
  if (!needsBrowser) stage = await openStage();
}, 300_000);
afterEach(() => expect(stage.complaints).toEqual([]));
afterAll(() => stage?.close());

const OPEN = ['', '/sign-in', '/sign-up', '/verify', '/reset', '/reset?token=x', '/two-factor', '/nothing-here'];

/** Ways to write an address that a browser may take for one of another site, or for no address at all. */
const ELSEWHERE = [
  '//evil.example',
  '///evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  '/\t/evil.example',
  '%2F%2Fevil.example',
  '/%2F%2Fevil.example',
  '/%5Cevil.example',
  'https://evil.example',
  'https:evil.example',
  'HTTPS:/evil.example',
  'javascript:alert(1)',
  'data:text/html,evil',
  '/en/..//evil.example',
  '/en/%2e%2e//evil.example',
  '/en/tasks@evil.example',
  '@evil.example',
  '.evil.example',
  '/api/auth/sign-out',
];

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
  });

  it('are there for those who are signed in, too; the light that they choose stays', async () => {
    const visit = await stage.open();
    const { page } = visit;
    await visit.join({ name: 'Maria Sibylla Merian', email: 'maria@example.org' });
    await visit.go('/en/tasks');
    for (const title of ['Order vellum', 'Draw the tiger moth', 'Feed the caterpillars']) await visit.addTask(title);
    await visit.task('Order vellum').getByRole('checkbox').check({ force: true });
    await inspect(visit, 'light', ['/en/account', '/en/tasks']);
    await page.getByRole('button', { name: 'Appearance' }).click();
    await page.getByRole('menuitemradio', { name: 'Dark' }).click();
    await page.locator('html[data-theme=dark]').waitFor();
    await inspect(visit, 'dark', ['/en/account', '/en/tasks']);
    expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
    await page.getByRole('radio', { name: 'Done' }).click();
    await page.getByRole('searchbox').fill('nothing like it');
    await page.getByText('No task matches').waitFor();
    expect(await visit.barriers()).toEqual([]);
    await visit.picture('tasks-no-match-dark');
    await visit.press('Show all');
    await visit.task('Draw the tiger moth').waitFor();
  });

  it('fit a phone, in German, which is longer', async () => {
    const visit = await stage.open({ mobile: true });
    const { page } = visit;
    await inspect(
      visit,
      'phone',
      OPEN.map((path) => `/de${path}`),
    );
    await visit.join({ name: 'Christiane Nüsslein-Volhard', email: 'christiane@example.org' });
    await visit.go('/de/tasks');
    await page
      .getByLabel('Neue Aufgabe')
      .fill('Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamte '.repeat(2));
    await visit.press('Hinzufügen');
    await visit.task('Donaudampf').waitFor();
    await inspect(visit, 'phone', ['/de/account', '/de/tasks']);
    await visit
      .task('Donaudampf')
      .getByRole('button', { name: /^Bearbeiten/ })
      .click();
    expect(await visit.barriers()).toEqual([]);
    await visit.picture('de-tasks-edit-phone');
  });

  it('speak German to those who ask for it', async () => {
    const { page } = await stage.open();
    await page.goto('/de/sign-in');
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('Anmelden');
    expect(await page.locator('html').getAttribute('lang')).toBe('de');
  });

  it('say with everything what a browser may do with it, and repeat no host that a request names', async () => {
    const { url } = stage.platform;
    const pages = ['/en', '/en/tasks', '/en/nothing-here', '/en/nothing.here', '/de/sign-in?callback=//evil.example'];
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

  it('run no script but their own', async () => {
    const { page } = await stage.open();
    await page.goto('/en/sign-in');
    const told = page.waitForEvent('console', (message) => message.text().includes('Content Security Policy'));
    await page.evaluate(() => {
      const smuggled = '<img src="data:," onerror="document.title = 1"><style>main { display: none }</style>';
      document.body.insertAdjacentHTML('beforeend', smuggled);
    });
    await told;
    expect(await page.getByRole('main').isVisible()).toBe(true);
    await page.reload();
    expect(stage.complaints.splice(0).join()).toContain('Content Security Policy');
  });

  it('end a sign-in on this site, whatever the address asks for', async () => {
    const visit = await stage.open();
    const { page } = visit;
    const email = 'lise@example.org';
    await visit.join({ name: 'Lise Meitner', email });
    const ends = await Promise.all(
      ELSEWHERE.map(async (asked) => {
        const path = `/en/sign-in?callback=${encodeURIComponent(asked)}`;
        const answer = await visit.context.request.get(path, { maxRedirects: 0 });
        return [asked, answer.status(), answer.headers()['location']] as const;
      }),
    );
    expect(ends).toEqual(ELSEWHERE.map((asked) => [asked, 307, '/en/tasks']));
    await visit.context.clearCookies();
    await visit.go('/en/sign-in?callback=//evil.example');
    await visit.fillSignIn(email);
    await visit.arrive(`${stage.platform.url}/en/tasks`);
    await page.getByText('Nothing to do').waitFor();
  });

  it('say what is wrong, and keep what was written', async () => {
    const visit = await stage.open();
    await visit.go('/en/sign-in');
    await visit.fillSignIn('nobody@example.org', 'not the password');
    expect(await visit.page.getByRole('alert').filter({ hasText: 'wrong' }).innerText()).toContain('is wrong');
    expect(await visit.page.getByLabel('E-mail address').inputValue()).toBe('nobody@example.org');
  });

  it('keep what is written in a dialog when somebody clicks beside it', async () => {
    const visit = await stage.open();
    const { page } = visit;
    await visit.join({ name: 'Barbara Liskov', email: 'barbara@example.org' });
    await visit.go('/en/tasks');
    await visit.addTask('Substitute');
    await visit.task('Substitute').getByRole('button', { name: /^Edit/ }).click();
    await page.getByLabel('Description').fill('a subtype for its type');
    await page.mouse.click(8, 8);
    await visit.press('Save');
    await visit.task('a subtype for its type').waitFor();
    await visit.task('Substitute').getByRole('button', { name: /^Edit/ }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
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

  it('send mails in the language of the page, whatever the browser prefers', async () => {
    const visit = await stage.open();
    const { page } = visit;
    const email = 'emmy@example.org';
    await visit.go('/de/sign-up');
    await page.getByLabel('Name').fill('Emmy Noether');
    await page.getByLabel('E-Mail-Adresse').fill(email);
    await page.getByLabel('Passwort', { exact: true }).fill(PASSWORD);
    await visit.press('Konto anlegen');
    await visit.arrive('**/de/tasks');
    await page.goto(await linkInMail(stage.platform, email, /Bestätigen Sie/));
    await visit.arrive(/\/de\/verify\?done=yes/);
    await visit.context.clearCookies();
    await visit.go('/de/reset');
    await page.getByLabel('E-Mail-Adresse').fill(email);
    await visit.press('Link senden');
    await page.goto(await linkInMail(stage.platform, email, /Setzen Sie/));
    await visit.arrive(/\/de\/reset\?token=/);
  });

  it('turn two-factor sign-in on, ask for it, take a backup code once, and trust a device', async () => {
    const visit = await stage.open();
    const { page } = visit;
    const email = 'radia@example.org';
    await visit.signUp({ name: 'Radia Perlman', email });
    await visit.go('/en/account');
    await visit.press('Turn on');
    await page.getByLabel('Your password', { exact: true }).fill(PASSWORD);
    await visit.press('Continue');
    const secret = (await page.locator('[role=alertdialog] code').innerText()).replaceAll(/\s/g, '');
    await visit.picture('two-factor-on-light');
    for (const [width, height] of [
      [740, 340],
      [320, 256],
    ] as const) {
      await page.setViewportSize({ width, height });
      expect(await visit.barriers()).toEqual([]);
      for (const name of ['Close', 'Confirm']) {
        await page.getByRole('alertdialog').getByRole('button', { name }).click({ trial: true, timeout: 5_000 });
      }
    }
    await page.setViewportSize({ width: 1280, height: 860 });
    await page.getByLabel('Code of the app').fill(totp(secret, Date.now()));
    await visit.press('Confirm');
    const codes = page.getByRole('list', { name: 'Backup codes' }).getByRole('listitem');
    const lost = await codes.first().innerText();
    await visit.press('I have kept them');
    await page.getByText('On: a sign-in asks for a code.').waitFor();
    await visit.ready();
    await visit.press('New backup codes');
    await page.getByLabel('Your password', { exact: true }).fill(PASSWORD);
    await visit.press('Continue');
    const backup = await codes.first().innerText();
    expect(backup).not.toBe(lost);
    expect(await visit.barriers()).toEqual([]);
    await visit.press('I have kept them');
    await visit.signOut();

    await visit.go('/en/sign-in');
    await visit.fillSignIn(email);
    await visit.arrive(/\/en\/two-factor/);
    await visit.press('Use a backup code instead');
    await page.getByLabel('Backup code').fill(backup);
    await page.getByRole('checkbox', { name: 'Do not ask on this device' }).check({ force: true });
    await visit.press('Confirm');
    await visit.arrive('**/en/tasks');

    await visit.signOut();
    await visit.go('/en/sign-in');
    await visit.fillSignIn(email);
    await visit.arrive('**/en/tasks');
    const elsewhere = await stage.open();
    await elsewhere.go('/en/sign-in');
    await elsewhere.fillSignIn(email);
    await elsewhere.arrive(/\/en\/two-factor/);
    await elsewhere.press('Use a backup code instead');
    await elsewhere.page.getByLabel('Backup code').fill(backup);
    await elsewhere.press('Confirm');
    await elsewhere.page.getByRole('alert').filter({ hasText: 'wrong, or was used before' }).waitFor();
  });
});
