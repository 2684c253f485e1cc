import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { needsBrowser } from './support/chromium';
import { linkInMail } from './support/mailbox';
import { openStage, type Stage } from './support/stage';

const suite = needsBrowser ? describe.skip : describe;

let stage: Stage;
beforeAll(async () => {
  const auth = { KEYTURN_REQUIRE_VERIFIED_EMAIL: 'true', KEYTURN_PASSWORD_MIN_LENGTH: '6' };
  if (!needsBrowser) stage = await openStage({ env: { auth } });
}, 300_000);
afterEach(() => expect(stage.complaints).toEqual([]));
afterAll(() => stage?.close());

suite(needsBrowser ?? 'where the platform has other rules than by default', () => {
  it('comes in who has verified their address; until then a sign-in leads to a new mail', async () => {
    const visit = await stage.open();
    const { page } = visit;
    const email = 'ida@example.org';
    await visit.go('/en/sign-up');
    await visit.fillSignUp({ name: 'Ida Rhodes', email });
    await visit.arrive(/\/en\/verify\?email=/);

    await visit.go('/en/sign-in');
    await visit.fillSignIn(email);
    await page.getByRole('alert').filter({ hasText: 'Verify your address first' }).waitFor();
    expect(await visit.barriers()).toEqual([]);
    await page.getByRole('link', { name: 'Send the mail again' }).click();
    await visit.arrive(/\/en\/verify\?email=/);
    expect(await page.getByLabel('E-mail address').inputValue()).toBe(email);
    await linkInMail(stage.platform, email, /verify/i);
    await fetch(`${stage.platform.mailUrl}/api/messages`, { method: 'DELETE' });
    await visit.press('Send the mail again');
    await page.getByText('a new mail is on its way').waitFor();
    await page.goto(await linkInMail(stage.platform, email, /verify/i));
    await page.getByRole('link', { name: 'To the sign-in' }).click();
    await visit.arrive('**/en/sign-in');
    await visit.fillSignIn(email);
    await visit.arrive('**/en/tasks');
  });

  it('a new password is as long as the service wants it, and the page asks for nothing else', async () => {
    const visit = await stage.open();
    const { page } = visit;
    const password = page.getByLabel('Password', { exact: true });
    await visit.go('/en/sign-up');
    await visit.fillSignUp({ name: 'Kay McNulty', email: 'kay@example.org' }, 'tulip');
    await page.getByRole('alert').filter({ hasText: 'at least 6 characters' }).waitFor();
    await password.fill('tulip7');
    await visit.press('Create account');
    await visit.arrive(/\/en\/verify\?email=/);
  });
});
