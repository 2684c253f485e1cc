import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { makeAdministrator } from './support/administrator';
import { type Application, registerApplication } from './support/application';
import { needsBrowser } from './support/chromium';
import { linkInMail } from './support/mailbox';
import { type OpenIdProvider, signInThere, startProvider } from './support/openid-provider';
import { openStage, PASSWORD, type Stage, type Visit } from './support/stage';

const suite = needsBrowser ? describe.skip : describe;

// Long ways through many pages; a machine that has other work too is slow at them.
jest.setTimeout(240_000);

let stage: Stage;
let provider: OpenIdProvider;
beforeAll(async () => {
  if (needsBrowser) return;
  // What the provider says of its own defaults.
  for (const level of ['info', 'warn'] as const) jest.spyOn(console, level).mockImplementation(() => undefined);
  provider = await startProvider();
  stage = await openStage({ env: { auth: provider.variables } });
}, 300_000);
afterAll(async () => {
  await stage?.close();
  await provider?.stop();
});

const LIGHTS: readonly ('light' | 'dark')[] = ['light', 'dark'];

/** Nothing in the way of anybody, in either light, and a picture in each. */
const inspect = async (visit: Visit, name: string, lights = LIGHTS): Promise<void> => {
  for (const light of lights) {
    await visit.page.emulateMedia({ colorScheme: light });
    expect({ name, light, barriers: await visit.barriers() }).toEqual({ name, light, barriers: [] });
    await visit.picture(`${name}-${light}`);
  }
};

/** Signs up without a browser. */
const signUp = async (name: string, email: string): Promise<void> => {
  const answer = await fetch(`${stage.platform.url}/api/auth/sign-up/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: stage.platform.url },
    body: JSON.stringify({ name, email, password: PASSWORD }),
  });
  expect(answer.status).toBe(200);
};

suite(needsBrowser ?? 'an administrator', () => {
  const change = async (visit: Visit, email: string, action: string): Promise<void> => {
    await visit.page.getByRole('button', { name: `Manage ${email}` }).click();
    await visit.page.getByRole('menuitem', { name: action }).click();
  };

  it('finds users, changes their roles, signs them out, and shuts them out; the last administrator stays', async () => {
    const [admin, user] = [await stage.open(), await stage.open()];
    const [boss, ada] = ['boss@example.org', 'ada@example.org'];
    await admin.signUp({ name: 'Dorothy Vaughan', email: boss });
    await makeAdministrator(stage.platform, boss, PASSWORD);
    for (const name of ['Mary', 'Katherine', 'Christine']) await signUp(name, `${name.toLowerCase()}@nasa.example`);
    await user.signUp({ name: 'Ada Lovelace', email: ada });
    expect((await user.page.goto('/en/admin/users'))?.status()).toBe(404);
    await user.page.getByRole('heading', { name: 'There is nothing here' }).waitFor();

    // Pages as short as this make three people enough.
    const short = (url: string): string => url.replace('limit=25', 'limit=4');
    await admin.page.route('**/api/admin/users?**', (route) => route.continue({ url: short(route.request().url()) }));
    await admin.go('/en/tasks');
    await admin.page.getByRole('link', { name: 'Users' }).click();
    const rows = admin.page.getByRole('region', { name: 'Users' }).locator('ul > li:has(button)');
    await rows.first().filter({ hasText: ada }).waitFor();
    expect(await rows.count()).toBe(4);
    await inspect(admin, 'users');
    await admin.press('Load more');
    await rows.filter({ hasText: boss }).waitFor();
    expect(await rows.count()).toBe(5);
    await admin.page.getByRole('searchbox').fill('ADA@EX');
    await rows.nth(1).waitFor({ state: 'detached' });

    await change(admin, ada, 'Change roles');
    await admin.page.getByRole('checkbox', { name: 'admin' }).check({ force: true });
    await inspect(admin, 'users-roles', ['light']);
    await admin.press('Save roles');
    await rows.first().getByText('admin', { exact: true }).waitFor();
    expect((await user.page.goto('/en/admin/users'))?.status()).toBe(200);
    await change(admin, ada, 'Change roles');
    await admin.page.getByRole('checkbox', { name: 'admin' }).uncheck({ force: true });
    await admin.press('Save roles');
    await rows.first().getByText('admin', { exact: true }).waitFor({ state: 'detached' });

    await change(admin, ada, 'Sign out everywhere');
    await admin.press('Sign out everywhere');
    await rows.first().getByText('not signed in').waitFor();
    await user.go('/en/tasks');
    await user.arrive(/\/en\/sign-in\?callback=/);
    await change(admin, ada, 'Disable');
    await admin.press('Disable');
    await rows.first().getByText('disabled').waitFor();
    await user.fillSignIn(ada);
    await user.page.getByRole('alert').filter({ hasText: 'disabled' }).waitFor();
    await change(admin, ada, 'Enable');
    await admin.press('Enable');
    await rows.first().getByText('disabled').waitFor({ state: 'detached' });
    await user.fillSignIn(ada);
    await user.arrive('**/en/tasks');

    await admin.page.getByRole('searchbox').fill(boss);
    await rows.filter({ hasText: boss }).waitFor();
    await change(admin, boss, 'Disable');
    await admin.press('Disable');
    await admin.page.getByRole('alert').filter({ hasText: 'last administrator' }).waitFor();
    expect(stage.complaints).toEqual([]);
  });

  it('confirms who they are, where the sign-in was with an account elsewhere', async () => {
    const admin = await stage.open();
    const [lead, other] = ['lead@example.org', 'other@example.org'];
    await signUp('Somebody Else', other);
    await admin.signUp({ name: 'Margaret Hamilton', email: lead });
    await makeAdministrator(stage.platform, lead, PASSWORD);
    await admin.go('/en/account');
    await admin.press('Link Corporation');
    await signInThere(admin, lead);
    await admin.arrive('**/en/account');
    await admin.signOut();
    await admin.go('/en/sign-in');
    await admin.press('Continue with Corporation');
    await admin.arrive('**/en/tasks');
    await admin.go('/en/admin/users');
    await change(admin, other, 'Disable');
    await admin.press('Disable');
    await admin.page.getByLabel('Your password', { exact: true }).fill(PASSWORD);
    await inspect(admin, 'users-confirm', ['light']);
    await admin.press('Confirm');
    await admin.page.getByRole('listitem').filter({ hasText: other }).getByText('disabled').waitFor();
  });
});

suite(needsBrowser ?? 'a user', () => {
  it('takes another address, by a mail to the old one and a mail to the new one', async () => {
    const visit = await stage.open();
    const { page } = visit;
    const [old, next] = ['grace@example.org', 'hopper@example.org'];
    await visit.signUp({ name: 'Grace Hopper', email: old });
    await page.goto(await linkInMail(stage.platform, old, /verify/i));
    await page.getByRole('heading', { name: 'Your address is verified' }).waitFor();

    await visit.go('/en/account');
    await visit.press('Change');
    await page.getByLabel('New e-mail address').fill(next);
    await visit.press('Send the mail');
    await page.getByText('Look into your mailbox').waitFor();
    await inspect(visit, 'address-asked', ['light']);
    await page.goto(await linkInMail(stage.platform, old, /change/i));
    await page.getByText('One more mail').waitFor();
    await page.getByRole('region', { name: 'Profile' }).getByText(old).waitFor();
    const link = await linkInMail(stage.platform, next, /new/i);

    const elsewhere = await stage.open();
    await elsewhere.page.goto(link);
    await elsewhere.arrive(/\/en\/sign-in/);
    await elsewhere.fillSignIn(old);
    await elsewhere.page.getByRole('alert').filter({ hasText: 'open the link' }).waitFor();
    await page.goto(link);
    await page.getByText(`From now on ${next} is your address.`).waitFor();
    await visit.signOut();
    await visit.go('/en/sign-in');
    await visit.fillSignIn(next);
    await visit.arrive('**/en/tasks');
    expect(stage.complaints).toEqual([]);
  });

  it('signs up and in with an account elsewhere, which is the only way in and stays', async () => {
    const visit = await stage.open();
    const { page } = visit;
    await visit.go('/en/sign-up');
    await inspect(visit, 'sign-up-provider');
    await visit.press('Continue with Corporation');
    await signInThere(visit, 'mary@example.org');
    await visit.arrive('**/en/tasks');
    await visit.go('/en/account');
    const ways = page.getByRole('region', { name: 'Ways to sign in' });
    await ways.getByText('This account has no password.').waitFor();
    expect(await ways.getByRole('button').count()).toBe(0);
    await visit.signOut();
    await visit.go('/en/sign-in');
    await visit.press('Continue with Corporation');
    await visit.arrive('**/en/tasks');
    expect(stage.complaints).toEqual([]);
  });

  it('links an account elsewhere, signs in with it, and unlinks it; not linked, it opens nothing', async () => {
    const visit = await stage.open();
    const { page } = visit;
    const email = 'katherine@example.org';
    await visit.signUp({ name: 'Katherine Johnson', email });
    await visit.addTask('Check the numbers');
    await visit.signOut();
    await visit.go('/en/sign-in');
    await visit.press('Continue with Corporation');
    await signInThere(visit, email);
    await visit.arrive(/\/en\/sign-in\?.*error=/);
    await page.getByRole('alert').filter({ hasText: 'link' }).waitFor();
    await inspect(visit, 'sign-in-refused', ['light']);

    await visit.fillSignIn(email);
    await visit.arrive('**/en/tasks');
    await visit.go('/en/account');
    await visit.press('Link Corporation');
    // The same address before and after the way through the provider.
    await page.getByRole('button', { name: 'Unlink Corporation' }).waitFor({ timeout: 60_000 });
    await visit.ready();
    await page.getByRole('region', { name: 'Ways to sign in' }).scrollIntoViewIfNeeded();
    await inspect(visit, 'account-linked');
    await visit.signOut();
    await visit.go('/en/sign-in');
    await visit.press('Continue with Corporation');
    await visit.arrive('**/en/tasks');
    await visit.task('Check the numbers').waitFor();

    // The provider's word is not enough to take the account somewhere else.
    await visit.go('/en/account');
    await visit.press('Change');
    await page.getByLabel('New e-mail address').fill('johnson@example.org');
    await visit.press('Send the mail');
    await page.getByLabel('Your password', { exact: true }).fill(PASSWORD);
    await visit.press('Confirm');
    await page.getByText('Look into your mailbox').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();
    await page.getByRole('button', { name: 'Unlink Corporation' }).click();
    await visit.press('Unlink');
    await page.getByRole('button', { name: 'Link Corporation', exact: true }).waitFor();
    expect(stage.complaints).toEqual([]);
  });
});

suite(needsBrowser ?? 'an application of somebody else', () => {
  let application: Application;
  afterAll(() => application?.stop());

  it('gets a token after sign-in and consent, with an account elsewhere as well, and nothing where it is denied', async () => {
    const admin = await stage.open();
    await admin.signUp({ name: 'Admin', email: 'admin@example.org' });
    await makeAdministrator(stage.platform, 'admin@example.org', PASSWORD);
    application = await registerApplication(admin, 'Planner', stage.platform.url);
    const visit = await stage.open();
    const { page } = visit;
    const email = 'annie@example.org';
    await signUp('Annie Easley', email);

    const first = await application.begin();
    await page.goto(first.url);
    await visit.arrive(/\/en\/sign-in\?.*sig=/);
    await visit.fillSignIn(email);
    await visit.arrive(/\/en\/consent\?/);
    await page.getByText('Planner asks for this in your name').waitFor();
    await page.getByText('Read your tasks').waitFor();
    await inspect(visit, 'consent');
    await visit.press('Allow');
    await page.waitForURL(`${application.redirectUri}?**`);
    const claims = { iss: stage.platform.url, email, permissions: ['tasks:read'] };
    expect(await first.finish(page.url())).toMatchObject(claims);

    const again = await application.begin({ prompt: 'consent' });
    await page.goto(again.url);
    await visit.arrive(/\/en\/consent\?/);
    await visit.press('Deny');
    await page.waitForURL(/error=access_denied/);
    await expect(again.finish(page.url())).rejects.toMatchObject({ error: 'access_denied' });

    const newcomer = await stage.open();
    const second = await application.begin({ prompt: 'create' });
    await newcomer.page.goto(second.url);
    await newcomer.ready();
    await newcomer.page.getByRole('link', { name: 'Create one' }).click();
    await newcomer.fillSignUp({ name: 'Melba Roy', email: 'melba@example.org' });
    await newcomer.arrive(/\/en\/consent\?/);
    await newcomer.press('Allow');
    await newcomer.page.waitForURL(`${application.redirectUri}?**`);
    expect(await second.finish(newcomer.page.url())).toMatchObject({ ...claims, email: 'melba@example.org' });

    const other = await stage.open();
    const third = await application.begin();
    await other.page.goto(third.url);
    await other.ready();
    await other.press('Continue with Corporation');
    await signInThere(other, 'christine@example.org');
    await other.arrive(/\/en\/consent\?/);
    await other.press('Allow');
    await other.page.waitForURL(`${application.redirectUri}?**`);
    expect(await third.finish(other.page.url())).toMatchObject({ ...claims, email: 'christine@example.org' });
    expect(stage.complaints).toEqual([]);
  });
});
