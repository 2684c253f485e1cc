import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PostgresServer } from '@keyturn/postgres';
import { SignJWT } from 'jose';
import type { RingSummary } from '../src/admin/ring-summary.js';
import type { Browser } from './support/browser.js';
import { type Document, misfits } from './support/document.js';
import { PASSWORD, signIn, signUp } from './support/people.js';
import { startPostgres, World } from './support/platform.js';
import { ISSUER } from './support/ring.js';

let postgres: PostgresServer;
let world: World;
let folder: string;

beforeAll(async () => {
  postgres = await startPostgres();
  world = await World.create(postgres);
  folder = join(world.dir, 'requests');
  await mkdir(folder);
  await world.start({ KEYTURN_LOCAL_REQUESTS_DIR: folder });
}, 60_000);

afterAll(async () => {
  await world?.stop();
  await postgres?.stop();
});

const rings = '/api/admin/rings';
const ask = (browser: Browser, path: string, body: unknown = {}, headers = {}) =>
  browser.call(`${rings}/${path}`, { method: 'POST', body, headers });

const administrator = async (): Promise<Browser> => {
  const browser = world.browser();
  const { email } = await signUp(browser);
  await world.query('update "user" set "role" = \'admin\' where "email" = $1', [email]);
  return browser;
};

const written = async () =>
  Promise.all((await readdir(folder)).map(async (name) => JSON.parse(await readFile(join(folder, name), 'utf8'))));

describe('an administrator', () => {
  it('asks the operator for a rotation, a revocation and an end of a run', async () => {
    const browser = await administrator();
    await world.rotateSession();
    const accepted = await ask(browser, 'access-tokens/rotate');
    expect(accepted.status).toBe(202);
    const { id } = (await accepted.json()) as { id: string };
    await ask(browser, 'session-secret/revoke', { keys: ['kid-1', 'kid-2'] });
    await ask(browser, 'access-tokens/revoke', { keys: 'all' });
    await ask(browser, 'access-tokens/abort');
    const [user] = await world.query<{ id: string }>(`select "id" from "user" where "role" = 'admin'`);
    const common = { requestedBy: user!.id, requestedAt: expect.stringMatching(/^\d{4}-.*Z$/) };
    expect(await written()).toEqual(
      expect.arrayContaining([
        { ...common, id, ring: 'access-tokens', kind: 'rotate' },
        { ...common, id: expect.any(String), ring: 'session-secret', kind: 'revoke', keys: ['kid-1', 'kid-2'] },
        { ...common, id: expect.any(String), ring: 'access-tokens', kind: 'revoke', keys: 'all' },
        { ...common, id: expect.any(String), ring: 'access-tokens', kind: 'abort' },
      ]),
    );
  });

  it('sees the rings without any key material', async () => {
    const browser = await administrator();
    const response = await browser.call(rings);
    const text = await response.text();
    expect(response.status).toBe(200);
    expect(JSON.parse(text).rings).toMatchObject([{ ring: 'access-tokens' }, { ring: 'session-secret' }]);
    for (const key of [...world.session.keys, ...world.tokens.keys]) {
      expect(text).toContain(key.kid);
      expect(text.includes(key.secret ?? key.jwk!.d)).toBe(false);
    }
  });

  it('sees the keys as the truth has them, whatever the process that answers has loaded by then', async () => {
    const browser = await administrator();
    for (let rotation = 0; rotation < 5; rotation += 1) {
      await world.tokens.rotate();
      const { rings: seen } = (await (await browser.call(rings)).json()) as { rings: RingSummary[] };
      const active = seen[0]!.keys.find(({ state }) => state === 'active');
      expect([seen[0]!.ring, active?.kid]).toEqual(['access-tokens', world.tokens.inState('active').kid]);
    }
    await world.settled();
  });

  it('is asked to sign in again when that was more than five minutes ago', async () => {
    const browser = await administrator();
    await world.query(`update "session" set "confirmedAt" = now() - interval '301 seconds'`);
    const refused = await ask(browser, 'access-tokens/rotate');
    expect(refused.status).toBe(403);
    expect(await refused.json()).toMatchObject({ code: 'ERR_CONFIRMATION_NEEDED' });
  });

  it('goes on to see rings and runs then: only what changes something asks again', async () => {
    const browser = await administrator();
    await world.query(`update "session" set "confirmedAt" = now() - interval '301 seconds'`);
    for (const path of ['', '/access-tokens/runs']) expect((await browser.call(`${rings}${path}`)).status).toBe(200);
  });

  it('is told which field breaks which rule', async () => {
    const browser = await administrator();
    for (const [path, body] of [
      ['..%2f..%2fetc/rotate', {}],
      ['access-tokens/revoke', {}],
      ['access-tokens/revoke', { keys: [] }],
      ['access-tokens/revoke', { keys: [''] }],
      ['access-tokens/revoke', { keys: 'all', force: true }],
    ] as const) {
      const response = await ask(browser, path, body);
      expect(response.status).toBe(400);
      const { errors } = (await response.json()) as { errors: { field: string; message: string }[] };
      expect(errors[0]).toMatchObject({ field: expect.any(String), message: expect.any(String) });
    }
  });
});

describe('a rotation is refused to', () => {
  const count = async () => (await written()).length;

  it('strangers, users, and other origins', async () => {
    const before = await count();
    expect((await ask(world.browser(), 'access-tokens/rotate')).status).toBe(401);
    const user = world.browser();
    await signUp(user);
    expect((await ask(user, 'access-tokens/rotate')).status).toBe(403);
    const browser = await administrator();
    const foreign = await ask(browser, 'access-tokens/rotate', {}, { origin: 'https://evil.example' });
    expect(foreign.status).toBe(403);
    expect(await count()).toBe(before);
  });

  it('whoever has a token, even a perfect one made with the signing key', async () => {
    const browser = await administrator();
    const token = await browser.token();
    expect((await ask(world.browser(), 'access-tokens/rotate', {}, { authorization: `Bearer ${token}` })).status).toBe(
      401,
    );
  });

  it('whoever knows the session secret: no session can be made out of it', async () => {
    const browser = await administrator();
    const { user } = (await (await browser.get('/get-session')).json()) as { user: { email: string } };
    const secret = new TextEncoder().encode(world.session.inState('active').secret);
    for (const more of [
      { updateTo: 'mallory@example.test' },
      { updateTo: 'm@x.test', requestType: 'change-email-verification' },
    ]) {
      const link = await new SignJWT({ email: user.email, ...more })
        .setProtectedHeader({ alg: 'HS256' })
        .setIssuedAt()
        .setExpirationTime('1h')
        .sign(secret);
      const thief = world.browser();
      expect((await thief.open(`${ISSUER}/api/auth/verify-email?token=${link}`)).status).toBe(401);
      expect(await thief.whoAmI()).toBeNull();
    }
    expect(await browser.whoAmI()).toBe(user.email);
  });

  it('whoever has a session that did not begin with a proof', async () => {
    const browser = await administrator();
    await world.query('update "session" set "confirmedAt" = null');
    const refused = await ask(browser, 'access-tokens/rotate');
    expect(refused.status).toBe(403);
    expect(await refused.json()).toMatchObject({ code: 'ERR_CONFIRMATION_NEEDED' });
  });

  it('whoever has an old session, by the list of sessions too; the next sign-in of that browser ends it', async () => {
    const browser = await administrator();
    await world.query(`update "session" set "confirmedAt" = now() - interval '301 seconds'`);
    const { user } = (await (await browser.get('/get-session')).json()) as { user: { email: string } };
    const thief = browser.clone();
    const fresh = world.browser();
    await signIn(fresh, user.email);
    const sessions = (await (await thief.get('/list-sessions')).json()) as { token: string }[];
    expect(sessions.length).toBe(2);
    for (const { token } of sessions) {
      const headers = { authorization: `Bearer ${token}` };
      expect((await ask(world.browser(), 'access-tokens/rotate', {}, headers)).status).toBe(401);
    }
    await signIn(browser, user.email);
    expect(await thief.whoAmI()).toBeNull();
    expect(await fresh.whoAmI()).toBe(user.email);
    expect((await ask(browser, 'access-tokens/rotate')).status).toBe(202);
  });

  it('everybody while it cannot be written down', async () => {
    const browser = world.browser();
    const { email } = await signUp(browser);
    await world.query('update "user" set "role" = \'admin\' where "email" = $1', [email]);
    await browser.post('/sign-out');
    await signIn(browser, email, { password: PASSWORD });
    await rm(folder, { recursive: true });
    const response = await ask(browser, 'access-tokens/rotate');
    expect(response.status).toBe(503);
    expect(await response.text()).not.toContain(folder);
    await mkdir(folder);
  });
});

describe('what became of requests', () => {
  it('is told to administrators from the records of the operator, the newest first', async () => {
    const runs = join(world.dir, 'runs');
    await mkdir(runs, { recursive: true });
    const run = (id: string, ring: string, ...at: string[]) => ({
      id,
      ring,
      kind: 'rotate',
      phase: 'Complete',
      timeline: at.map((time) => ({ at: time, event: 'Requested' })),
      acks: { current: 4, total: 4 },
      provenBy: ['auth-1/boot'],
    });
    for (const one of [
      run('a', 'access-tokens', '2026-01-01T00:00:00Z'),
      run('b', 'access-tokens', '2026-01-02T00:00:00Z'),
      run('c', 'session-secret', '2026-01-03T00:00:00Z'),
      run('asked just now', 'access-tokens'),
    ]) {
      await writeFile(join(runs, `${one.id}.json`), JSON.stringify(one));
    }
    const browser = await administrator();
    const answer = await browser.call(`${rings}/access-tokens/runs`);
    expect(answer.status).toBe(200);
    const told = (await answer.json()) as { runs: { id: string; acks: object }[] };
    expect(told.runs.map(({ id }) => id)).toEqual(['asked just now', 'b', 'a']);
    expect(told.runs[0]!.acks).toEqual({ current: 4, total: 4 });
    const other = world.browser();
    await signUp(other);
    expect((await other.call(`${rings}/access-tokens/runs`)).status).toBe(403);
  });

  it('passes over a record that is damaged, and says so once in the log', async () => {
    const [runs, status] = [join(world.dir, 'runs'), join(world.dir, 'status')];
    await mkdir(status, { recursive: true });
    await writeFile(join(runs, 'y.json'), '{"id":"y","ring":"access-tokens"}');
    await writeFile(join(runs, 'z.json'), '{"id":');
    await writeFile(join(status, 'other.json'), '{"ring":');
    await writeFile(join(status, 'access-tokens.json'), '{}');
    const browser = await administrator();
    for (const path of ['', '', '/access-tokens/runs'])
      expect((await browser.call(`${rings}${path}`)).status).toBe(200);
    const told = world.log.lines.filter((line) => line.includes('damaged and passed over'));
    const said = told.map((line) => JSON.parse(line) as { file: string; problem: string });
    expect(said.map(({ file }) => file).sort()).toEqual([
      'runs/y.json',
      'runs/z.json',
      'status/access-tokens.json',
      'status/other.json',
    ]);
    expect(said.map(({ problem }) => problem)).toEqual(
      expect.arrayContaining(['is not JSON', expect.stringMatching(/^ring: /)]),
    );
    for (const file of ['runs/y.json', 'runs/z.json', 'status/other.json', 'status/access-tokens.json'])
      await rm(join(world.dir, file));
  });
});

describe('the document of the admin API', () => {
  const operations = async () => {
    const { paths } = (await (await fetch(`${world.replicas[0]!.url}/openapi.json`)).json()) as Document;
    return Object.entries(paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
    );
  };

  it('names every route, and each of them refuses whoever is no administrator', async () => {
    const [nobody, user, admin] = [world.browser(), world.browser(), await administrator()];
    await signUp(user);
    const authorization = `Bearer ${await admin.token()}`;
    const administrative = (await operations()).filter(({ path }) => path.startsWith('/api/'));
    expect(administrative.length).toBe(16);
    const got: string[] = [];
    for (const { method, path, operation } of administrative) {
      expect([path, operation.security]).toEqual([path, [{ session: [] }]]);
      const target = path.replaceAll(/\{[^}]+\}/g, 'access-tokens');
      const body = method === 'POST' || method === 'PATCH' ? { body: {} } : {};
      const call = { method, ...body } as Parameters<Browser['call']>[1] & object;
      const foreign = { ...call, headers: { origin: 'https://evil.example' } };
      const statuses = [
        (await nobody.call(target, call)).status,
        (await nobody.call(target, { ...call, headers: { authorization } })).status,
        (await user.call(target, call)).status,
        ...(method === 'GET' ? [] : [(await admin.call(target, foreign)).status]),
      ];
      const wanted = method === 'GET' ? [401, 401, 403] : [401, 401, 403, 403];
      if (statuses.join() !== wanted.join()) got.push(`${method} ${path}: ${statuses.join()}`);
    }
    expect(got).toEqual([]);
  });

  it('says what the lists answer', async () => {
    const admin = await administrator();
    const lists = (await operations()).filter(
      ({ method, path }) => method === 'GET' && /\/(?:users|clients|rings|audit)$/.test(path),
    );
    expect(lists.length).toBe(4);
    for (const { path, operation } of lists) {
      const schema = operation.responses['200']!.content!['application/json']!.schema!;
      expect([path, misfits(await (await admin.call(path)).json(), schema)]).toEqual([path, []]);
    }
  });

  it('leaves what is for everyone without a lock', async () => {
    const open = (await operations()).filter(({ path }) => path.startsWith('/.well-known/'));
    expect(open.map(({ operation }) => operation.security)).toEqual([undefined, undefined, undefined]);
  });
});
