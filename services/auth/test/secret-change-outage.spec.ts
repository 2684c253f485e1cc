import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { PostgresServer } from '@keyturn/postgres';
import { betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import { bearer, jwt } from 'better-auth/plugins';
import pg from 'pg';
import { signUp } from './support/people.js';
import { startPostgres, World } from './support/platform.js';

/**
 * The public outage BuilderIO/agent-native#3880: Better Auth's jwt plugin keeps its signing key in the database, encrypted
 * under the secret, and decrypts it on every get-session to set a header. After a change of the secret every check of a
 * session answered 500, and the whole deployment was signed out.
 */
let postgres: PostgresServer;

beforeAll(async () => {
  postgres = await startPostgres();
}, 60_000);

afterAll(() => postgres?.stop());

const origin = 'http://localhost:4999';
const secret = (letter: string) => letter.repeat(8) + 'kV3nQ0pLr7TzXw2mB9sYd5fG1hJ4';

describe('a stock Better Auth', () => {
  it('answers every check of a session with 500 after a change of the secret (the outage)', async () => {
    await postgres.createDatabase('stock');
    const pool = new pg.Pool({ connectionString: postgres.url('stock') });
    pool.on('error', () => undefined);
    const stock = (value: string) => ({
      baseURL: origin,
      secret: value,
      database: pool,
      telemetry: { enabled: false },
      logger: { disabled: true },
      onAPIError: { throw: true },
      emailAndPassword: { enabled: true },
      plugins: [jwt(), bearer()],
    });
    await (await getMigrations(stock(secret('a')))).runMigrations();
    const call = (value: string, path: string, headers: Record<string, string> = {}, body?: object) =>
      betterAuth(stock(value))
        .handler(
          new Request(`${origin}/api/auth${path}`, {
            method: body ? 'POST' : 'GET',
            headers: { origin, ...(body && { 'content-type': 'application/json' }), ...headers },
            ...(body && { body: JSON.stringify(body) }),
          }),
        )
        .catch(() => new Response(null, { status: 500 }));
    const account = { email: 'ada@example.test', password: 'correct horse', name: 'Ada' };
    const { token } = (await (await call(secret('a'), '/sign-up/email', {}, account)).json()) as { token: string };
    const authorization = `Bearer ${token}`;
    expect((await call(secret('a'), '/get-session', { authorization })).status).toBe(200);
    expect((await call(secret('b'), '/get-session', { authorization })).status).toBe(500);
    await pool.end();
  });
});

describe('the issuer', () => {
  let world: World;

  afterEach(() => world.stop());

  it('keeps no signing key under the secret: sessions and tokens go on when the secret changes and is retired', async () => {
    world = await World.create(postgres);
    // What a deployment brings along that ran the stock plugin before.
    await world.query(
      `insert into "jwks" ("id", "publicKey", "privateKey", "createdAt")
       values ('stale', '{"kty":"OKP","crv":"Ed25519","x":"AA"}', '"00ff00ff"', now())`,
    );
    await world.start();
    const browser = world.browser();
    const { email } = await signUp(browser);
    const authorization = async () =>
      `Bearer ${(await browser.get('/get-session')).headers.get('set-auth-token') ?? ''}`;
    for (let change = 0; change < 3; change += 1) {
      await world.rotateSession();
      const renewed = await authorization();
      const checked = await browser.get('/get-session');
      expect(checked.status).toBe(200);
      expect(checked.headers.get('set-auth-jwt')).toBeNull();
      expect(await checked.json()).toMatchObject({ user: { email } });
      expect(await browser.token()).toMatch(/^eyJ/);
      await world.session.retire();
      await world.settled();
      expect(await browser.whoAmI()).toBe(email);
      expect(renewed).toBe('Bearer ');
    }
    expect(await world.query('select "id" from "jwks"')).toEqual([{ id: 'stale' }]);
  });

  it('signs everyone out only when the ring itself drops the old secret at once', async () => {
    world = await World.create(postgres);
    await world.start();
    const browser = world.browser();
    await signUp(browser);
    await world.session.replace();
    await world.settled();
    expect(await browser.whoAmI()).toBeNull();
  });
});
