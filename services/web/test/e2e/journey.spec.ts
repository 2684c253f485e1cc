import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Route } from 'playwright-core';
import { needsBrowser } from './support/chromium';
import { openStage, type Stage } from './support/stage';

const suite = needsBrowser ? describe.skip : describe;

let stage: Stage;
beforeAll(async () => {
  if (!needsBrowser) stage = await openStage();
}, 300_000);
afterEach(() => expect(stage.complaints).toEqual([]));
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
    await visit.task('Check the second').waitFor();
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
  });

  it('has the same in every tab: tasks by the page, a new one, a sign-out, a sign-in', async () => {
    const visit = await stage.open();
    const { page } = visit;
    await visit.join({ name: 'Mary Somerville', email: 'mary@example.org' });
    const { userId, headers } = await visit.credentials();
    for (let n = 1; n <= 45; n += 1) await visit.post(`/api/${userId}/tasks`, { title: `Star ${n}.` }, headers);

    await visit.go('/en/tasks');
    const stars = visit.task('Star');
    await visit.task('Star 45.').waitFor();
    expect(await stars.count()).toBe(20);
    await visit.press('Show more');
    await visit.task('Star 6.').waitFor();
    await visit.press('Show more');
    await visit.task('Star 1.').waitFor();
    expect(new Set(await stars.allInnerTexts()).size).toBe(45);
    expect(await page.getByRole('button', { name: 'Show more' }).count()).toBe(0);

    await page.getByRole('searchbox').fill('star 33.');
    await visit.task('Star 45.').waitFor({ state: 'detached' });
    await page.waitForURL(/search=star\+33/);
    await visit.task('Star 33.').waitFor();
    expect(await stars.count()).toBe(1);
    await page.reload();
    await visit.ready();
    await visit.task('Star 33.').waitFor();
    expect(await stars.count()).toBe(1);

    const other = await visit.tab('/en/tasks');
    await other.addTask('Star 33. is double');
    await visit.task('is double').waitFor();
    await other.signOut();
    await visit.arrive('**/en');
    await visit.go('/en/sign-in');
    await other.go('/en/sign-in?callback=/en/tasks?show=open');
    await visit.fillSignIn('mary@example.org');
    await visit.arrive('**/en/tasks');
    await other.arrive(/\/en\/tasks\?show=open$/);
  });

  it('keeps in the list what changes while an older list is still on its way', async () => {
    const visit = await stage.open();
    const { page } = visit;
    await visit.join({ name: 'Caroline Herschel', email: 'caroline@example.org' });
    // The next list is the one of before the change, and comes after the change is answered.
    const late = (method: string): Promise<unknown> => {
      const answered = page.waitForResponse((answer) => answer.request().method() === method);
      const hold = async (route: Route): Promise<void> => {
        const response = await route.fetch();
        await answered;
        await route.fulfill({ response });
      };
      return page.route('**/tasks?limit=**', hold, { times: 1 });
    };
    const loaded = () => page.locator('section[aria-busy=false]').waitFor();
    await late('POST');
    await visit.go('/en/tasks');
    await visit.addTask('Sweep the sky');
    await loaded();
    await visit.task('Sweep the sky').waitFor();

    // A change that is answered when the list that it was begun with is not the one that is shown any more.
    const done = page.waitForResponse('**/tasks?limit=20&completed=true');
    await page.route('**/complete', (route) => done.then(() => route.continue()), { times: 1 });
    await visit.task('Sweep the sky').getByRole('checkbox').check({ force: true });
    await page.getByRole('radio', { name: 'Done' }).click();
    await visit.task('Sweep the sky').waitFor();
  });

  it('sees nothing of what others keep, neither by asking for it nor on the same computer', async () => {
    const visit = await stage.open();
    await visit.join({ name: 'Ada', email: 'ada.b@example.org' });
    await visit.go('/en/tasks');
    await visit.addTask('A secret of Ada');
    const hers = await visit.credentials();
    const list = await (await visit.context.request.get(`/api/${hers.userId}/tasks`, hers)).json();
    const [{ id }] = (list as { items: [{ id: string }] }).items;
    await visit.signOut();

    await visit.join({ name: 'Eve', email: 'eve@example.org' });
    await visit.go('/en/tasks');
    await visit.page.getByText('Nothing to do').waitFor();
    const own = await visit.credentials();
    const { request } = visit.context;
    const ask = { ...own, data: { title: 'taken' }, failOnStatusCode: false };
    for (const owner of [hers.userId, own.userId]) {
      const task = `/api/${owner}/tasks/${id}`;
      const answers = [
        await request.get(task, own),
        await request.put(task, ask),
        await request.patch(`${task}/complete`, ask),
        await request.delete(task, own),
        ...(owner === own.userId ? [] : [await request.get(`/api/${owner}/tasks`, own)]),
      ];
      const status = owner === own.userId ? 404 : 403;
      expect(answers.map((answer) => answer.status())).toEqual(answers.map(() => status));
      for (const answer of answers) expect(await answer.text()).not.toContain('secret of Ada');
    }
    await visit.signOut();
    await visit.go('/en/sign-in');
    await visit.fillSignIn('ada.b@example.org');
    await visit.arrive('**/en/tasks');
    await visit.task('A secret of Ada').waitFor();
  });

  it('reads the times of their own clock, not of the servers', async () => {
    for (const timezoneId of ['Asia/Tokyo', 'America/New_York']) {
      const visit = await stage.open({ timezoneId });
      await visit.join({ name: 'Toshiko Yuasa', email: `toshiko@${timezoneId.replace(/\W.*/, '')}.example` });
      await visit.go('/en/tasks');
      await visit.addTask('Measure the decay');
      const time = visit.task('Measure the decay').locator('time');
      const style = { dateStyle: 'medium', timeStyle: 'short', timeZone: timezoneId } as const;
      const own = new Date((await time.getAttribute('datetime'))!).toLocaleString('en', style);
      expect(await time.innerText()).toBe(own);
    }
  });

  it('does all of it without a mouse; a dialog keeps the focus and gives it back', async () => {
    const visit = await stage.open();
    const { page } = visit;
    const { keyboard } = page;
    const email = 'annie@example.org';
    await visit.join({ name: 'Annie Jump Cannon', email });
    await visit.context.clearCookies();
    await visit.go('/en/sign-in');
    await visit.tabTo(page.getByLabel('E-mail address'));
    await keyboard.type(email);
    await visit.tabTo(page.getByLabel('Password', { exact: true }));
    await keyboard.type('correct horse battery staple');
    await keyboard.press('Enter');
    await visit.arrive('**/en/tasks');

    await keyboard.press('Tab');
    await visit.focused(page.getByRole('link', { name: 'Skip to the content' }));
    await keyboard.press('Enter');
    await visit.tabTo(page.getByLabel('New task'));
    for (const title of ['Class O', 'Class B']) {
      await keyboard.type(title);
      await keyboard.press('Enter');
      await visit.task(title).waitFor();
      await visit.focused(page.getByLabel('New task'));
    }
    const first = visit.task('Class O');
    await visit.tabTo(first.getByRole('checkbox'));
    await keyboard.press('Space');
    await first.getByRole('checkbox', { checked: true }).waitFor({ state: 'attached' });

    const edit = first.getByRole('button', { name: /^Edit/ });
    const dialog = page.getByRole('dialog');
    await visit.tabTo(edit);
    await keyboard.press('Enter');
    await visit.focused(dialog.getByLabel('Title'));
    for (let stop = 0; stop < 7; stop += 1) {
      await keyboard.press('Tab');
      expect(await dialog.evaluate((one) => one.contains(document.activeElement))).toBe(true);
    }
    await keyboard.press('Escape');
    await visit.focused(edit);
    await keyboard.press('Enter');
    await visit.focused(dialog.getByLabel('Title'));
    await keyboard.press('End');
    await keyboard.type(', blue');
    await keyboard.press('Enter');
    await visit.task('Class O, blue').waitFor();
    await visit.focused(edit);

    await keyboard.press('Tab');
    await keyboard.press('Enter');
    const question = page.getByRole('alertdialog');
    await visit.focused(question.getByRole('button', { name: 'Cancel' }));
    await visit.tabTo(question.getByRole('button', { name: 'Delete task' }));
    await keyboard.press('Enter');
    await first.waitFor({ state: 'detached' });
    await visit.focused(page.getByLabel('New task'));

    await visit.tabTo(page.getByRole('button', { name: /Account of/ }));
    await keyboard.press('Enter');
    await visit.focused(page.getByRole('menuitem', { name: 'Account' }));
    await keyboard.press('ArrowDown');
    await keyboard.press('Enter');
    await visit.arrive('**/en');
  });

  it('loses nothing while the network, a service or the issuer is away, and can try again', async () => {
    const visit = await stage.open();
    const { page } = visit;
    const { platform } = stage;
    await visit.join({ name: 'Sofja Kowalewskaja', email: 'sofja@example.org' });
    await visit.go('/en/tasks');
    await visit.addTask('Spin a top');

    await visit.context.setOffline(true);
    await page.getByLabel('New task').fill('Written in a tunnel');
    await visit.press('Add');
    await page.getByRole('alert').filter({ hasText: 'cannot be reached' }).waitFor();
    await visit.context.setOffline(false);
    await visit.press('Add');
    await visit.task('Written in a tunnel').waitFor();
    expect(await page.getByLabel('New task').inputValue()).toBe('');

    await visit.task('Spin a top').getByRole('button', { name: /^Edit/ }).click();
    await page.getByLabel('Description').fill('about a fixed point');
    await Promise.all(['tasks-1', 'tasks-2'].map((name) => platform.hold(name)));
    await visit.press('Save');
    await page.getByRole('dialog').getByRole('alert').filter({ hasText: 'Try again in a few seconds' }).waitFor();
    await visit.picture('tasks-away-dialog-light');
    const other = await visit.tab('/en/tasks');
    await other.page.getByText('The tasks could not be loaded').waitFor();
    expect(await other.barriers()).toEqual([]);
    await other.picture('tasks-away-light');
    for (const name of ['tasks-1', 'tasks-2']) platform.start(name);
    await platform.ready('tasks-1', 'tasks-2');
    await other.press('Try again');
    await other.task('Spin a top').waitFor();
    await visit.press('Save');
    await visit.task('about a fixed point').waitFor();
    // With a token that has all of its minute before it: no new one comes from now on.
    await page.reload();
    await visit.ready();
    await visit.task('about a fixed point').waitFor();

    await Promise.all(['auth-1', 'auth-2'].map((name) => platform.hold(name)));
    await other.go('/en/tasks');
    await other.page.getByRole('heading', { name: 'This page cannot be shown at the moment' }).waitFor();
    expect(await other.barriers()).toEqual([]);
    await other.picture('issuer-away-light');
    await visit.addTask('Nobody needs to sign in for this');
    for (const name of ['auth-1', 'auth-2']) platform.start(name);
    await platform.ready('auth-1', 'auth-2');
    await other.press('Try again');
    await other.task('Nobody needs to sign in for this').waitFor();
  });
});
