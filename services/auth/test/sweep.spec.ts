import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { PostgresServer } from '@keyturn/postgres';
import { symmetricEncrypt } from 'better-auth/crypto';
import pg from 'pg';
import { BATCH } from '../src/sweep/re-encrypt.js';
import { asksForSecondFactor, enableSecondFactor, signIn, signUp } from './support/people.js';
import { type Replica, startPostgres, World } from './support/platform.js';
import { until } from './support/until.js';

let postgres: PostgresServer;
let world: World;

beforeAll(async () => {
  postgres = await startPostgres();
}, 60_000);

afterEach(() => world?.stop());
afterAll(() => postgres?.stop());

const start = async (replicas = 1) => {
  world = await World.create(postgres, { environment: { KEYTURN_SWEEP_INTERVAL: '100ms' } });
  for (let n = 0; n < replicas; n += 1) await world.start();
};

const versions = async (): Promise<string[]> => {
  const rows = await world.query<{ version: string }>(
    `select distinct substring(v from '^\\$ba\\$[0-9]+') as version
     from (select "secret" v from "twoFactor" union all select "backupCodes" from "twoFactor") x order by 1`,
  );
  return rows.map(({ version }) => version);
};

const rowsLeft = async (replica = world.replicas[0]!) =>
  (await replica.receipt('session-secret', world.session.generation)).rowsLeft;

/** Waits until so many values are left under a secret. */
const moved = (kid: string, left: number, replica?: Replica): Promise<true> =>
  until(`${left} values to be left under an older secret`, async () => (await rowsLeft(replica))?.[kid] === left);

/** Holds the lock of the sweep, as a process does that is in the middle of one. */
const holdSweep = async (): Promise<() => Promise<void>> => {
  const client = new pg.Client(world.databaseUrl);
  await client.connect();
  await client.query('select pg_advisory_lock($1, 2)', [0x6b_74_72_6e]);
  return () => client.end();
};

/** Second factors as they would be after many users turned theirs on. */
const insertMany = async (count: number): Promise<void> => {
  const { version, value } = world.replicas[0]!.issuer.generations.serving()!.secrets.active;
  const key = { keys: new Map([[version, value]]), currentVersion: version };
  const text = await symmetricEncrypt({ key, data: 'the secret of a second factor' });
  const { email } = await signUp(world.browser());
  await world.query(
    `insert into "twoFactor" ("id", "userId", "secret", "backupCodes")
     select 'many-' || n, (select "id" from "user" where "email" = $1), $2, $2 from generate_series(1, $3::int) n`,
    [email, text, count],
  );
};

describe('the re-encryption sweep', () => {
  it('moves second factors to the new secret, so that the old one can be retired', async () => {
    await start();
    const here = world.browser();
    const { email } = await signUp(here);
    const factor = await enableSecondFactor(here);
    expect(await versions()).toEqual(['$ba$1']);
    const old = world.session.inState('active').kid;

    await world.rotateSession();
    await moved(old, 0);
    expect(await versions()).toEqual(['$ba$2']);
    await world.session.retire();
    await world.settled();

    const [first, second] = [world.browser(), world.browser()];
    expect(await asksForSecondFactor(await signIn(first, email))).toBe(true);
    expect((await first.post('/two-factor/verify-totp', { code: factor.code() })).status).toBe(200);
    await signIn(second, email);
    const code = factor.backupCodes[0];
    expect((await second.post('/two-factor/verify-backup-code', { code })).status).toBe(200);
    expect(await second.whoAmI()).toBe(email);
  });

  it('is what retirement waits for: without it the second factor is lost', async () => {
    await start();
    const here = world.browser();
    const { email } = await signUp(here);
    const factor = await enableSecondFactor(here);
    const old = world.session.inState('active').kid;
    const release = await holdSweep();
    await world.rotateSession();
    await moved(old, 2);

    await world.session.retire();
    await world.settled();
    const asked = world.browser();
    await signIn(asked, email);
    expect((await asked.post('/two-factor/verify-totp', { code: factor.code() })).status).toBe(500);
    await release();
  });

  it('goes on where another process was cut off, in batches, with two replicas', async () => {
    await start(2);
    await insertMany(3 * BATCH);
    const old = world.session.inState('active').kid;
    const release = await holdSweep();
    await world.rotateSession();
    // Half of the values are done already, as after a sweep that was cut off.
    await world.query(`update "twoFactor" set "secret" = '$ba$2$' || substr("secret", 7)`);
    await moved(old, 3 * BATCH);
    await release();
    for (const replica of world.replicas) await moved(old, 0, replica);
    expect(await versions()).toEqual(['$ba$2']);
  });

  it('leaves a value alone that somebody changed after it was read', async () => {
    await start();
    await insertMany(1);
    const old = world.session.inState('active').kid;
    const client = new pg.Client(world.databaseUrl);
    await client.connect();
    await client.query('begin');
    const fresh = '$ba$1$changed meanwhile';
    await client.query(`update "twoFactor" set "secret" = $1`, [fresh]);
    await world.rotateSession();
    // The sweep has read the old value and now waits for the row.
    await until('the sweep to wait for the row', async () => {
      const [waiting] = await world.query<{ n: string }>('select count(*) n from pg_locks where not granted');
      return Number(waiting?.n) > 0;
    });
    await client.query('commit');
    await client.end();
    await moved(old, 1);
    expect(await world.query('select "secret" from "twoFactor"')).toEqual([{ secret: fresh }]);
  });

  it('counts values without an envelope for the secret with which the ring began, and moves them too', async () => {
    await start();
    const [first] = world.replicas[0]!.issuer.generations.serving()!.secrets.versions;
    const bare = await symmetricEncrypt({ key: first!.value, data: 'imported' });
    const { email } = await signUp(world.browser());
    const release = await holdSweep();
    await world.query(
      `insert into "twoFactor" ("id", "userId", "secret", "backupCodes")
       values ('imported', (select "id" from "user" where "email" = $1), $2, $2)`,
      [email, bare],
    );
    const old = world.session.inState('active').kid;
    await world.rotateSession();
    await moved(old, 2);
    await release();
    await moved(old, 0);
    expect(await versions()).toEqual(['$ba$2']);
  });

  it('still decrypts with a secret that leaked, until the sweep is done', async () => {
    await start();
    const here = world.browser();
    const { email } = await signUp(here);
    const factor = await enableSecondFactor(here);
    const release = await holdSweep();
    const leaked = world.session.inState('active').kid;
    await world.session.compromise();
    await world.settled();
    expect(await here.whoAmI()).toBeNull();
    await moved(leaked, 2);
    const again = world.browser();
    await signIn(again, email);
    expect((await again.post('/two-factor/verify-totp', { code: factor.code() })).status).toBe(200);
    await release();
    await moved(leaked, 0);
  });

  it('counts only after requests that began with the older secret have ended', async () => {
    await start();
    const { generations } = world.replicas[0]!.issuer;
    let finish: () => void = () => undefined;
    const request = generations.serving()!.requests.run(() => new Promise<void>((resolve) => (finish = resolve)));
    await world.rotateSession();
    expect(await rowsLeft()).toBeUndefined();
    finish();
    await request;
    await until('values to be counted', async () => (await rowsLeft()) !== undefined);
  });
});
