import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { needsBrowser } from './support/chromium';
import { openStage, type Stage } from './support/stage';

const suite = needsBrowser ? describe.skip : describe;

let stage: Stage;
beforeAll(async () => {
  if (!needsBrowser) stage = await openStage();
}, 300_000);
afterAll(() => stage?.close());

suite(needsBrowser ?? 'somebody with a browser', () => {
  it('signs up, keeps tasks, signs out and in again', async () => {
    const visit = await stage.open();
    const { page } = visit;
    await visit.signUp({ name: 'Ada Lovelace', email: 'ada@example.org' });
    await page.getByText('Nothing to do').waitFor();

    await visit.addTask('Write the first program');
    await visit.addTask('Check the second');
    await visit.task('Check the second').getByRole('checkbox').check({ force: true });
    await page.getByRole('radio', { name: 'Done' }).click();
    await visit.task('Write the first program').waitFor({ state: 'detached' });
    await page.reload();
    await visit.ready();
    await visit.task('Check the second').waitFor();
    expect(await visit.task('Write the first program').count()).toBe(0);

    await page.getByRole('radio', { name: 'All' }).click();
    await visit.task('Write the first program').getByRole('button', { name: /^Edit/ }).click();
    await page.getByLabel('Description').fill('for the Analytical Engine');
    await visit.press('Save');
    await visit.task('for the Analytical Engine').waitFor();
    await visit
      .task('Check the second')
      .getByRole('button', { name: /^Delete/ })
      .click();
    await visit.press('Delete task');
    await visit.task('Check the second').waitFor({ state: 'detached' });

    const cookies = await visit.context.cookies();
    expect(cookies.find(({ name }) => name.endsWith('session_token'))).toMatchObject({ httpOnly: true });
    expect(await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }))).not.toContain('eyJ');

    await visit.signOut();
    await page.goto('/en/tasks?show=open');
    await visit.arrive(/\/en\/sign-in\?callback=/);
    await visit.fillSignIn('ada@example.org');
    await visit.arrive(/\/en\/tasks\?show=open$/);
    await visit.task('Write the first program').waitFor();
    expect(stage.complaints).toEqual([]);
  });
});
