import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeAdministrator } from './support/administrator';
import { needsBrowser } from './support/chromium';
import { openStage, PASSWORD, type Stage, type Visit } from './support/stage';

const suite = needsBrowser ? describe.skip : describe;

let stage: Stage;
beforeAll(async () => {
  if (!needsBrowser) stage = await openStage();
}, 300_000);
afterAll(() => stage?.close());

/** Nothing in the way of anybody in either light, and a picture in each. */
const inspect = async (visit: Visit, name: string): Promise<void> => {
  for (const light of ['light', 'dark'] as const) {
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
    for (let n = 0; n < 25; n += 1) await signUp(`Computer ${n}`, `computer-${n}@example.org`);
    await user.signUp({ name: 'Ada Lovelace', email: ada });
    expect((await user.page.goto('/en/admin/users'))?.status()).toBe(404);
    await user.page.getByRole('heading', { name: 'There is nothing here' }).waitFor();

    await admin.go('/en/tasks');
    await admin.page.getByRole('link', { name: 'Users' }).click();
    const rows = admin.page.getByRole('region', { name: 'Users' }).locator('ul > li:has(button)');
    await rows.first().filter({ hasText: ada }).waitFor();
    expect(await rows.count()).toBe(25);
    await inspect(admin, 'users');
    await admin.press('Load more');
    await rows.filter({ hasText: boss }).waitFor();
    expect(await rows.count()).toBe(27);
    await admin.page.getByRole('searchbox').fill('ADA@');
    await rows.nth(1).waitFor({ state: 'detached' });

    await change(admin, ada, 'Change roles');
    await admin.page.getByRole('checkbox', { name: 'admin' }).check({ force: true });
    await inspect(admin, 'users-roles');
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
});
