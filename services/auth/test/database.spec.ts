import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { PostgresServer } from '@keyturn/postgres';
import pg from 'pg';
import { migrate } from '../src/database/migrations.js';
import { createPool } from '../src/database/pool.js';
import type { SeedArguments } from '../src/seed/arguments.js';
import { seedUser } from '../src/seed/seed-user.js';
import { PASSWORD, signIn, signUp } from './support/people.js';
import { migrateDatabase, silent, startPostgres, World } from './support/platform.js';

let postgres: PostgresServer;
/** What a test began, ended after it in reverse, also when it failed. */
const begun: { stop(): Promise<void> }[] = [];
const begin = async <T extends { stop(): Promise<void> }>(thing: Promise<T>): Promise<T> => {
  begun.push(await thing);
  return thing;
};

afterEach(async () => {
  for (const thing of begun.splice(0).toReversed()) await thing.stop();
});

beforeAll(async () => {
  postgres = await startPostgres();
}, 60_000);

afterAll(() => postgres?.stop());

/** Tables of the plugins that are switched on; ours are made beside them. */
const ACCOUNTS = ['account', 'jwks', 'rateLimit', 'session', 'twoFactor', 'user', 'verification'];
const CLIENTS = ['Client', 'Resource', 'ClientResource', 'RefreshToken', 'AccessToken', 'Consent', 'ClientAssertion'];
const BETTER_AUTH = [...ACCOUNTS, ...CLIENTS.map((name) => `oauth${name}`)];

const tablesOf = async (database: string): Promise<string[]> => {
  const client = new pg.Client(postgres.url(database));
  await client.connect();
  const { rows } = await client.query<{ table: string }>(
    `select table_name as "table" from information_schema.tables where table_schema = 'public' order by 1`,
  );
  await client.end();
  return rows.map(({ table }) => table);
};

describe('migrations', () => {
  it('run once, also when several processes begin together and in several databases', async () => {
    await Promise.all([postgres.createDatabase('one'), postgres.createDatabase('two')]);
    const reports = await Promise.all(
      ['one', 'one', 'one', 'two'].map(async (name) => {
        const pool = createPool(postgres.url(name), { max: 2, logger: silent });
        try {
          return await migrate({ pool, logger: silent, sessionReaderPassword: 'a long password of the reader' });
        } finally {
          await pool.end();
        }
      }),
    );
    expect(reports.map(({ tablesCreated }) => tablesCreated.length).sort()).toEqual([
      0,
      0,
      BETTER_AUTH.length,
      BETTER_AUTH.length,
    ]);
    expect(await tablesOf('one')).toEqual(
      [...BETTER_AUTH, 'audit_event', 'mail_outbox', 'sign_in_guess'].sort((a, b) => (a < b ? -1 : 1)),
    );
  });

  it('let the session reader read the columns of a lookup, and nothing else', async () => {
    const reader = new URL(postgres.url('one'));
    reader.username = 'keyturn_session_reader';
    reader.password = 'a long password of the reader';
    const client = new pg.Client(reader.href);
    await client.connect();
    await client.query(
      `select s."userId", s."expiresAt", u."email", u."role" from "session" s join "user" u on u."id" = s."userId"
       where s."token" = 'x'`,
    );
    for (const forbidden of [
      'select * from "session"',
      'select "password" from "account"',
      'select "secret" from "twoFactor"',
      'select "ipAddress" from "session"',
      `update "user" set "role" = 'admin'`,
      'delete from "session"',
    ]) {
      await expect(client.query(forbidden)).rejects.toMatchObject({ code: '42501' });
    }
    await client.end();
  });
});

describe('a seeded user', () => {
  it('is made once, signs in, and keeps a password that was changed', async () => {
    const world = await begin(World.create(postgres));
    await world.start();
    const seed = async (user: SeedArguments) => {
      const pool = createPool(world.databaseUrl, { max: 2, logger: silent });
      return seedUser(pool, user).finally(() => pool.end());
    };
    const demo = { email: 'demo@example.test', password: PASSWORD, role: 'admin', name: 'Demo' };
    const results = await Promise.all([seed(demo), seed(demo)]);
    expect(results.sort()).toEqual(['created', 'unchanged']);
    const browser = world.browser();
    expect((await signIn(browser, demo.email)).status).toBe(200);
    const change = { currentPassword: PASSWORD, newPassword: 'another battery' };
    expect((await browser.post('/change-password', change)).status).toBe(200);
    expect(await seed({ ...demo, role: 'user' })).toBe('role-changed');
    expect((await signIn(world.browser(), demo.email)).status).toBe(401);
  });
});

describe('a restart of the database', () => {
  it('is answered with 503 while it lasts, never with 401, and is over without a restart of the service', async () => {
    const own = await begin(startPostgres());
    const world = await begin(World.create(own));
    const replica = await world.start();
    const browser = world.browser();
    const { email } = await signUp(browser);
    await own.restart({
      how: 'crash',
      whileDown: async () => {
        for (const path of ['/get-session', '/token', '/list-sessions']) {
          const response = await browser.get(path);
          expect(response.status).toBe(503);
          expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
        }
        expect((await signIn(world.browser(), email)).status).toBe(503);
        expect((await fetch(`${replica.url}/.well-known/jwks.json`)).status).toBe(200);
        expect((await fetch(`${replica.managementUrl}/readyz`)).status).toBe(200);
        // The ring goes on changing meanwhile.
        await world.rotateSession();
        expect((await browser.get('/token')).status).toBe(503);
      },
    });
    expect(await browser.whoAmI()).toBe(email);
    expect(await browser.token()).toMatch(/^eyJ/);
  });

  it('that comes late does not keep the service from starting', async () => {
    const own = await begin(startPostgres());
    const world = await begin(World.create(own));
    await own.restart({
      whileDown: async () => {
        await world.start();
        expect((await world.browser().get('/get-session')).status).toBe(200);
        expect((await signIn(world.browser(), 'nobody@example.test')).status).toBe(503);
      },
    });
    await signUp(world.browser());
  });
});

describe('a database that was never migrated', () => {
  it('is an error of the server that tells a client nothing', async () => {
    await postgres.createDatabase('empty');
    const world = await begin(World.create(postgres));
    await world.start({ DATABASE_URL: postgres.url('empty') });
    const response = await signIn(world.browser(), 'nobody@example.test');
    expect(response.status).toBe(500);
    expect(await response.json()).toEqual({ code: 'INTERNAL_SERVER_ERROR', message: 'Something went wrong.' });
    await migrateDatabase(postgres.url('empty'));
  });
});
