import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { DEMO_RINGS, type RingPolicy, TOKEN_RING } from '@keyturn/local';
import type { Locator, Route } from 'playwright-core';
import { leaveAlone, makeAdministrator } from './support/administrator';
import { needsBrowser } from './support/chromium';
import { openStage, PASSWORD, type Stage, type Visit } from './support/stage';

const suite = needsBrowser ? describe.skip : describe;

/** As it is used, not for show: tokens of 15 minutes, and no change of key but those that are asked for here. */
const calm = (policy: RingPolicy): RingPolicy => ({
  ...policy,
  maxCredentialLifetime: '15m',
  rotation: { ...policy.rotation, interval: null },
});
const rings = { ...DEMO_RINGS, [TOKEN_RING]: calm(DEMO_RINGS[TOKEN_RING]!) };

let stage: Stage;
beforeAll(async () => {
  if (!needsBrowser) stage = await openStage({ rings });
}, 300_000);
afterEach(() => expect(stage.complaints).toEqual([]));
afterAll(() => stage?.close());

const administrator = async (name: string, email: string): Promise<Visit> => {
  const visit = await stage.open();
  await visit.join({ name, email });
  await makeAdministrator(stage.platform, email, PASSWORD);
  return visit;
};

const regionOf = ({ page }: Visit, ring: string) => page.getByRole('region', { name: ring });

/** Does something to a ring, and waits until the run that it began is complete. */
const untilComplete = async ({ page }: Visit, ring: Locator, begin: () => Promise<unknown>): Promise<void> => {
  const latest = ring.getByRole('list', { name: 'Latest runs' }).getByRole('listitem').first();
  // Before the page has the runs, one that was complete long ago would look like the one that is begun here.
  await ring.waitFor();
  const before = (await latest.count()) > 0 ? await latest.locator('time').getAttribute('datetime') : '';
  await begin();
  const later = page.locator(`time:not([datetime="${before}"])`);
  await latest.filter({ hasText: 'Complete' }).filter({ has: later }).waitFor();
};

const rotate = (admin: Visit, ring: string): Promise<void> =>
  untilComplete(admin, regionOf(admin, ring), async () => {
    await admin.page.getByRole('button', { name: `Rotate ${ring}` }).click();
    await admin.press('Rotate');
  });

const activeOf = (ring: Locator): Locator => ring.getByRole('listitem').filter({ hasText: 'Active' });

/** Asks for it, and waits for the run: from then on every process refuses what the key has signed. */
const revokeActive = (admin: Visit): Promise<void> => {
  const tokens = regionOf(admin, 'access-tokens');
  return untilComplete(admin, tokens, async () => {
    await activeOf(tokens)
      .getByRole('button', { name: /^Revoke/ })
      .click();
    await admin.picture('revoke-light');
    await admin.press('Revoke');
  });
};

/** As an operator in a cluster tells it: of the processes only some of those that are behind. */
const CLUSTER_RING = {
  ring: 'access-tokens',
  type: 'SigningKey',
  algorithm: 'ES256',
  generation: 7,
  keys: [
    {
      kid: 'replaced',
      state: 'draining',
      createdAt: '2029-12-01T12:00:00Z',
      activatedAt: '2029-12-02T12:00:00Z',
      drainUntil: '2029-12-03T12:00:00Z',
    },
  ],
  consumers: { total: 40, current: 38, lagging: [{ name: 'tasks-1', generation: 6, why: 'NotAnswering' }] },
  nextRotation: '2030-01-02T12:00:00Z',
};

const clusterRun = (id: number, phase: string, event?: string, more: object = {}) => ({
  id: `run-${id}`,
  ring: 'access-tokens',
  kind: 'rotate',
  phase,
  timeline: event === undefined ? [] : [{ at: '2029-01-01T12:00:00Z', event, message: 'In English' }],
  ...more,
});

/** One that nobody has taken yet, one that waits, one in a phase of the future, and some that are over. */
const CLUSTER_RUNS = [
  clusterRun(8, 'Queued'),
  clusterRun(7, 'Waiting', 'ReceiptsBehind', { waitingFor: CLUSTER_RING.consumers.lagging }),
  clusterRun(6, 'Levitating', 'Risen'),
  ...[5, 4, 3, 2, 1].map((id) => clusterRun(id, 'Complete', 'Complete')),
];

suite(needsBrowser ?? 'keys that change while people work', () => {
  it('costs nobody anything, and shows the administrator who has acknowledged what', async () => {
    const admin = await administrator('Root', 'root@example.org');
    const user = await stage.open();
    await user.join({ name: 'Ada Lovelace', email: 'ada@example.org' });
    await user.go('/en/tasks');
    await user.addTask('Before anything has changed');

    await admin.go('/en/admin/keys');
    const tokens = regionOf(admin, 'access-tokens');
    await tokens.getByText('Acknowledged by 4 of 4 processes').waitFor();
    await rotate(admin, 'session-secret');
    await user.addTask('After the session secret has changed');
    await user.page.reload();
    await user.ready();
    await user.task('After the session secret has changed').waitFor();

    const renewals: string[] = [];
    user.page.on('request', (request) => {
      if (request.url().endsWith('/api/auth/token')) renewals.push(request.url());
    });
    await rotate(admin, 'access-tokens');
    await user.addTask('After the signing key has changed');
    expect(renewals).toEqual([]);
    const renewed = user.page.waitForResponse('**/api/auth/token');
    await user.page.reload();
    await Promise.all([renewed, user.ready()]);
    renewals.length = 0;
    await revokeActive(admin);
    await user.addTask('After the key was revoked');
    expect(renewals.length).toBeGreaterThan(0);

    for (const light of ['light', 'dark'] as const) {
      await admin.page.emulateMedia({ colorScheme: light });
      expect(await admin.barriers()).toEqual([]);
      await admin.picture(`keys-${light}`);
    }
    await admin.page.setViewportSize({ width: 390, height: 844 });
    expect(await admin.barriers()).toEqual([]);
    await admin.picture('keys-phone-dark');
    await admin.go('/en/tasks');
    await admin.page.getByText('Nothing to do').waitFor();
    await user.page.goto('/en/admin/keys');
    await user.page.getByRole('heading', { name: 'There is nothing here' }).waitFor();
  });

  it('shows no run that is over beside keys from before it', async () => {
    const admin = await administrator('Mary Jackson', 'mary@example.org');
    await admin.go('/en/admin/keys');
    const tokens = regionOf(admin, 'access-tokens');
    const before = await activeOf(tokens).getByRole('code').textContent();
    const runs = '/api/admin/rings/access-tokens/runs';
    const latest = async (): Promise<{ id: string; phase: string }> =>
      (await (await admin.context.request.get(runs)).json()).runs[0];
    const { id } = await latest();
    // Between the questions of one look, as it can happen, a rotation is asked for and ends.
    const meanwhile = async (route: Route): Promise<void> => {
      await admin.post('/api/admin/rings/access-tokens/rotate', {});
      let run = await latest();
      for (; run.id === id || run.phase !== 'Complete'; run = await latest()) await sleep(100);
      await route.continue();
    };
    await untilComplete(admin, tokens, () => admin.page.route(`**${runs}`, meanwhile, { times: 1 }));
    expect(await activeOf(tokens).getByRole('code').textContent()).not.toBe(before);
  });

  it('shows who holds a rotation up, and aborts it', async () => {
    const admin = await administrator('Margaret Hamilton', 'margaret@example.org');
    await admin.go('/en/admin/keys');
    const tokens = regionOf(admin, 'access-tokens');
    await tokens.getByText('Acknowledged by 4 of 4 processes').waitFor();
    const pid = stage.platform.processes().find(({ name }) => name === 'tasks-2')!.pid!;
    process.kill(pid, 'SIGSTOP');
    try {
      await admin.page.getByRole('button', { name: 'Rotate access-tokens' }).click();
      await admin.press('Rotate');
      const held = tokens.getByRole('listitem').filter({ hasText: 'Rotation' }).filter({ hasText: 'tasks-2' });
      await held.getByText('Waiting').waitFor();
      await tokens.getByRole('button', { name: 'Abort' }).waitFor();
      expect(await admin.barriers()).toEqual([]);
      await admin.picture('keys-held-up-light');
      await tokens.getByRole('button', { name: 'Abort' }).click();
      await admin.press('Abort the run');
      await tokens.getByText('Aborted').first().waitFor();
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await tokens.getByText('Acknowledged by 4 of 4 processes').waitFor();
  });

  it('asks an administrator who has not signed in for a while, before anything grave', async () => {
    const email = 'hedy@example.org';
    const admin = await administrator('Hedy Lamarr', email);
    const { page } = admin;
    await admin.go('/en/admin/keys');
    await page.getByRole('button', { name: 'Rotate access-tokens' }).click();
    await leaveAlone(stage.platform, email);
    await admin.press('Rotate');
    await page.getByRole('alertdialog').getByText('Keys are changed by administrators').waitFor();
    expect(await admin.barriers()).toEqual([]);
    await admin.picture('keys-confirm-light');
    await page.getByLabel('Your password', { exact: true }).fill('not the password');
    await admin.press('Confirm');
    await page.getByRole('alert').filter({ hasText: 'wrong' }).waitFor();
    await page.getByLabel('Your password', { exact: true }).fill(PASSWORD);
    await untilComplete(admin, regionOf(admin, 'access-tokens'), () => admin.press('Confirm'));
    await page.getByRole('alertdialog').waitFor({ state: 'detached' });
  });

  it('tells what the operator of a cluster says, in German too: with dates, runs of all phases, who is behind', async () => {
    const admin = await administrator('Emilie du Chatelet', 'emilie@example.org');
    const { page } = admin;
    const answers = { rings: { rings: [CLUSTER_RING] }, runs: { runs: CLUSTER_RUNS } };
    for (const [what, json] of Object.entries(answers)) {
      await page.route(new RegExp(`/api/admin/.*\\b${what}$`), (route) => route.fulfill({ json }));
    }
    await admin.go('/de/admin/keys');
    const ring = regionOf(admin, 'access-tokens');
    await ring.getByText('nächster Wechsel: 02.01.2030, ').waitFor();
    await ring
      .getByText(/^erzeugt 01\.12\.2029, .* · aktiviert 02\.12\.2029, .* · läuft aus bis 03\.12\.2029, /)
      .waitFor();
    await ring.getByText('Genannt sind nur die, die im Rückstand sind: 1 von 2.').waitFor();
    await ring.getByRole('listitem').filter({ hasText: 'tasks-1Generation 6antwortet nicht' }).waitFor();
    const runs = ring.getByRole('list', { name: 'Letzte Läufe' }).getByRole('listitem');
    await runs
      .getByText('Prozesse haben nicht bewiesen, dass sie die Generation geladen haben: tasks-1 (antwortet nicht)')
      .waitFor();
    // Not innerText, which goes by the lay-out: on a busy machine that was not there yet.
    expect(await runs.first().textContent()).toBe('WechselAngefordert');
    await runs.getByText('Levitating').waitFor();
    expect(await runs.count()).toBe(5);
    await admin.press('Alle 8 zeigen');
    await runs.nth(7).getByText('01.01.2029, ').waitFor();
    expect(await admin.barriers()).toEqual([]);
    await admin.picture('keys-cluster-de-light');
    await admin.press('Weniger zeigen');
    await runs.nth(5).waitFor({ state: 'detached' });
  });

  it('sends to the sign-in whose session ended elsewhere, and back to where they were', async () => {
    const email = 'emmy@example.org';
    const [here, elsewhere] = [await stage.open(), await stage.open()];
    await here.join({ name: 'Emmy Noether', email });
    await here.go('/en/tasks?show=open');
    await here.addTask('An invariant');
    await elsewhere.go('/en/sign-in?callback=/en/account');
    await elsewhere.fillSignIn(email);
    await elsewhere.arrive('**/en/account');
    await elsewhere.press('Sign out everywhere else');
    await elsewhere.page.getByRole('button', { name: /^Sign out: / }).waitFor({ state: 'detached' });
    await here.addTask('With a token that is still good');

    const admin = await administrator('Katherine', 'katherine@example.org');
    await admin.go('/en/admin/keys');
    await revokeActive(admin);
    await here.page.getByLabel('New task').fill('With a token that is not');
    await here.press('Add');
    await here.arrive(/\/en\/sign-in\?callback=/);
    await here.fillSignIn(email);
    await here.arrive(/\/en\/tasks\?show=open$/);
    await here.task('An invariant').waitFor();
  });
});
