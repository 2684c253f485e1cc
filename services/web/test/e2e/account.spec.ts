import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { needsBrowser } from './support/chromium';
import { openStage, PASSWORD, type Stage } from './support/stage';

const suite = needsBrowser ? describe.skip : describe;

let stage: Stage;
beforeAll(async () => {
  if (!needsBrowser) stage = await openStage();
}, 300_000);
afterEach(() => expect(stage.complaints).toEqual([]));
afterAll(() => stage?.close());

suite(needsBrowser ?? 'somebody on their account page', () => {
  it('whose session has ended somewhere else signs in again, and is back on the page', async () => {
    const visit = await stage.open();
    const { page } = visit;
    const email = 'hedy@example.org';
    await visit.join({ name: 'Hedy Lamarr', email });
    await visit.go('/de/account');
    // What the page itself still asks for would leave it before anything is pressed.
    await page.waitForLoadState('networkidle');
    await visit.post('/api/auth/revoke-sessions', {});
    await page.getByRole('region', { name: 'Profil' }).getByLabel('Name').fill('Hedwig Kiesler');
    await page.getByRole('region', { name: 'Profil' }).getByRole('button', { name: 'Speichern' }).click();
    await visit.arrive(/\/de\/sign-in\?callback=%2Fde%2Faccount$/);
    await page.getByLabel('E-Mail-Adresse').fill(email);
    await page.getByLabel('Passwort', { exact: true }).fill(PASSWORD);
    await visit.press('Anmelden');
    await visit.arrive('**/de/account');
  });

  it('is told, in their language, what did not happen to their account, and can try again', async () => {
    const visit = await stage.open();
    const { page } = visit;
    const { platform } = stage;
    const person = { name: 'Wu Chien-Shiung', email: 'wu@example.org' };
    await visit.join(person);
    const elsewhere = await stage.open();
    await elsewhere.post('/api/auth/sign-in/email', { email: person.email, password: PASSWORD });

    await page.route('**/api/auth/list-sessions', (route) => route.abort());
    await visit.go('/de/account');
    const sessions = page.getByRole('region', { name: 'Wo Sie angemeldet sind' });
    await sessions.getByRole('alert').filter({ hasText: 'nicht erreichbar' }).waitFor();
    await page.unroute('**/api/auth/list-sessions');
    await sessions.getByRole('button', { name: 'Noch einmal versuchen' }).click();
    await sessions.getByRole('listitem').nth(1).waitFor();

    await Promise.all(['auth-1', 'auth-2'].map((name) => platform.hold(name)));
    await visit.press('Überall sonst abmelden');
    await sessions.getByRole('alert').filter({ hasText: 'ein paar Sekunden' }).waitFor();
    await visit.press('Mail noch einmal senden');
    const profile = page.getByRole('region', { name: 'Profil' });
    await profile.getByRole('alert').filter({ hasText: 'ein paar Sekunden' }).waitFor();
    for (const name of ['auth-1', 'auth-2']) platform.start(name);
    await platform.ready('auth-1', 'auth-2');
    await visit.press('Überall sonst abmelden');
    await sessions.getByRole('listitem').nth(1).waitFor({ state: 'detached' });
    expect(await sessions.getByRole('alert').count()).toBe(0);

    const unheardOf = { status: 400, json: { code: 'UNHEARD_OF', message: 'Words of a service' } };
    await page.route('**/api/auth/update-user', (route) => route.fulfill(unheardOf));
    await profile.getByRole('button', { name: 'Speichern' }).click();
    await profile.getByRole('alert').filter({ hasText: 'Das wurde nicht angenommen' }).waitFor();
  });
});
