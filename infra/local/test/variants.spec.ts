import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { type PostgresServer, startPostgres } from '@keyturn/postgres';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DEMO_RINGS, type Platform, startPlatform, TOKEN_RING } from '../src/index.js';
import { headerOf, Person } from './person.js';
import { requireTls } from './tls.js';

let server: PostgresServer;
/** It takes connections with TLS alone; what it shows, nobody has vouched for. */
let databaseUrl: string;
let platform: Platform;

const hs256 = { ...DEMO_RINGS[TOKEN_RING]!, type: 'SharedSecret', algorithm: 'HS256' } as const;

beforeAll(async () => {
  server = await startPostgres();
  const { url, authority } = await requireTls(server);
  databaseUrl = url;
  platform = await startPlatform({
    databaseUrl: `${url}&sslrootcert=${authority}`,
    services: ['tasks'],
    processes: { auth: 1, tasks: 1 },
    rings: { ...DEMO_RINGS, [TOKEN_RING]: hs256 },
    env: { auth: { KEYTURN_RATE_LIMIT: 'false' }, 'tasks-1': { LOG_LEVEL: 'debug' } },
  });
}, 120_000);

afterAll(async () => {
  await platform?.stop();
  await server?.stop();
}, 60_000);

describe('a platform as a test wants it', () => {
  it('runs with a shared secret for tokens, on a database server that was there before', async () => {
    const person = await Person.signUp(platform, 'ada@example.org');
    const token = await person.token();
    expect(headerOf(token).alg).toBe('HS256');
    expect((await person.tasks(token)).status).toBe(200);
    expect(platform.postgres).toBeUndefined();
    expect(platform.databaseUrl('auth')).toMatch(/^postgres:.*\/keyturn_auth\?/);
    const consumer = readFileSync(join(platform.places.state, 'consumers', 'tasks-1.json'), 'utf8');
    expect(JSON.parse(consumer).rings).toEqual({ [TOKEN_RING]: 'holder' });
  });

  it('reaches its databases by TLS, and none whose certificate nobody known has signed', async () => {
    const client = new pg.Client({ connectionString: platform.databaseUrl('auth') });
    await client.connect();
    const { rows } = await client.query(
      'SELECT DISTINCT application_name AS who, ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE datname IS NOT NULL',
    );
    await client.end();
    expect(rows).toEqual(
      expect.arrayContaining([
        { who: 'keyturn-auth', ssl: true },
        { who: 'keyturn-tasks', ssl: true },
      ]),
    );
    expect(rows.filter(({ ssl }) => !ssl)).toEqual([]);
    await expect(startPlatform({ databaseUrl })).rejects.toThrow(/cannot be made: self-signed certificate/);
    await expect(startPlatform({ databaseUrl: server.url('postgres') })).rejects.toThrow(
      /cannot be made: .*no encryption/,
    );
  });

  it('can do without its operator, and takes a process down for as long as it likes', async () => {
    const person = await Person.signUp(platform, 'bob@example.org');
    const token = await person.token();
    await platform.hold('operator', 'SIGKILL');
    await platform.restart('tasks-1');
    await platform.ready('tasks-1');
    expect((await person.tasks(token)).status).toBe(200);
    await platform.hold('tasks-1');
    const away = await person.tasks(token);
    expect([away.status, away.headers.get('retry-after')]).toEqual([503, '1']);
    platform.start('tasks-1');
    platform.start('operator');
    await platform.ready();
    // The first one may have ended by now: a token for show lives for a minute.
    expect((await person.tasks(await person.token())).status).toBe(200);
    expect(() => platform.start('tasks-9')).toThrow(/there is no process tasks-9; there are operator, auth-1, tasks-1/);
  });

  it('has another pod after a replacement, which is confirmed before it serves', async () => {
    const podUid = () =>
      JSON.parse(readFileSync(join(platform.places.state, 'consumers', 'auth-1.json'), 'utf8')).podUid as string;
    const before = podUid();
    await platform.replace('auth-1');
    await platform.ready('auth-1');
    expect(podUid()).not.toBe(before);
    const person = await Person.signUp(platform, 'eve@example.org');
    expect((await person.tasks(await person.token())).status).toBe(200);
  });

  it('says which databases it cannot make, without repeating the password', async () => {
    const url = server.url('postgres').replace(/:(\d+)\//, ':1/');
    const password = new URL(url).password;
    const failure = await startPlatform({ databaseUrl: url, services: ['tasks'] }).then(
      () => new Error('it started'),
      (error: Error) => error,
    );
    expect(failure.message).toMatch(/^DATABASE_URL: the databases keyturn_auth and keyturn_tasks cannot be made: .+/);
    expect(failure.message).not.toContain(password);
    await expect(startPlatform({ databaseUrl: 'mysql://x' })).rejects.toThrow(/DATABASE_URL: .*postgres:\/\//);
  });
});
