import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestIssuer } from '@keyturn/guard/testing';
import { createManagementServer } from '@keyturn/keyring/management';
import { type PostgresServer, startPostgres } from '@keyturn/postgres';
import { Client } from 'pg';
import { Child, until } from './child.js';
import { type Load, startLoad } from './keep-alive-client.js';
import { ISSUER, tokenFor } from './tasks-under-test.js';

const issuer = createTestIssuer({ issuer: ISSUER });
/** Good throughout: the rotations below begin after the last use. */
const token = tokenFor(issuer, 'ada');
const documents = createManagementServer({ port: 0, host: '127.0.0.1', nodes: issuer.node });
const children: Child[] = [];
const loads: Load[] = [];
let postgres: PostgresServer;
let ringUrl: string;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keyturn-tasks-'));
  ringUrl = (await documents.start()).url;
  postgres = await startPostgres();
  await postgres.createDatabase('tasks');
  const migration = new Child('migrate', { DATABASE_URL: postgres.url('tasks') });
  expect(await migration.ended).toEqual({ code: 0, signal: null });
}, 120_000);

afterEach(async () => {
  await Promise.all(loads.splice(0).map((load) => load.stop()));
  await Promise.all(children.splice(0).map((child) => child.kill()));
}, 60_000);

afterAll(async () => {
  await documents.stop();
  await postgres.stop();
  await rm(folder, { recursive: true });
});

const environment = (pod: string): Record<string, string> => ({
  PORT: '0',
  MANAGEMENT_PORT: '0',
  HOST: '127.0.0.1',
  DATABASE_URL: postgres.url('tasks'),
  KEYTURN_BASE_URL: ISSUER,
  KEYTURN_RING_URLS: ringUrl,
  KEYTURN_STATE_DIR: join(folder, pod),
  KEYTURN_POD_UID: pod,
});

const launch = (pod: string, variables: Readonly<Record<string, string>> = {}): Child => {
  const child = new Child('main', { ...environment(pod), ...variables });
  children.push(child);
  return child;
};

const status = async (url: string): Promise<number> => {
  const response = await fetch(url);
  await response.body?.cancel();
  return response.status;
};

const inFlight = async (managementUrl: string): Promise<number> => {
  const metrics = await (await fetch(`${managementUrl}/metrics`)).text();
  return Number(/^http_server_requests_in_flight (\d+)$/m.exec(metrics)?.[1]);
};

const ready = async (child: Child): Promise<{ list: string; managementUrl: string }> => {
  const { url, managementUrl } = await child.addresses();
  await until('the process is ready', async () => (await status(`${managementUrl}/readyz`)) === 200);
  return { list: `${url}/api/ada/tasks`, managementUrl };
};

const load = (options: Omit<Parameters<typeof startLoad>[0], 'token'>): Load => {
  const started = startLoad({ ...options, token });
  loads.push(started);
  return started;
};

const total = ({ outcomes }: Load): number => [...outcomes.values()].reduce((sum, count) => sum + count, 0);

/** Runs while every request that touches the table waits. */
const whileTableIsLocked = async (work: () => Promise<void>): Promise<void> => {
  const client = new Client({ connectionString: postgres.url('tasks') });
  await client.connect();
  await client.query('BEGIN');
  await client.query('LOCK TABLE tasks IN ACCESS EXCLUSIVE MODE');
  try {
    await work();
  } finally {
    await client.end();
  }
};

describe('a process that is told to stop', () => {
  it('drops no request of clients that keep their connections', async () => {
    const [first, second] = [launch('stop-1'), launch('stop-2')];
    const [from, to] = [await ready(first), await ready(second)];
    // A balancer's view: whoever is told that the connection ends, or sees the process not ready, goes elsewhere.
    const gone = new Set<number>();
    let serving = true;
    const running = load({
      clients: 24,
      pauseMs: 400,
      target: (client) => (serving && !gone.has(client) ? from.list : to.list),
      leave: (client) => gone.add(client),
    });
    await until('500 answers', () => total(running) > 500);

    first.signal('SIGTERM');
    await until('not ready any more', async () => (await status(`${from.managementUrl}/readyz`)) === 503);
    expect(await status(`${from.managementUrl}/livez`)).toBe(200);
    expect(await status(`${from.managementUrl}/keyturn/v1/rings/access-tokens`)).toBe(200);
    await until('clients that are told to leave', () => gone.size > 12 || !first.running);
    serving = false;
    expect(await first.ended).toEqual({ code: 0, signal: null });

    const before = total(running);
    await until('100 answers of the other process', () => total(running) > before + 100);
    await running.stop();
    expect([...running.outcomes.keys()]).toEqual(['200']);
    await expect(fetch(from.list)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
  }, 120_000);

  it('answers what it has begun, also when that takes longer than the drain', async () => {
    const child = launch('slow', { KEYTURN_DRAIN_WINDOW: '200ms' });
    const { list, managementUrl } = await ready(child);
    let answers: Promise<Response>[] = [];
    await whileTableIsLocked(async () => {
      answers = Array.from({ length: 5 }, () => fetch(list, { headers: { authorization: `Bearer ${token}` } }));
      await until('five requests in flight', async () => (await inFlight(managementUrl)) === 5);
      child.signal('SIGTERM');
      expect(await child.said('draining')).toMatchObject({ inFlight: 5 });
      await sleep(600);
      expect(child.running).toBe(true);
    });
    expect((await Promise.all(answers)).map((answer) => answer.status)).toEqual([200, 200, 200, 200, 200]);
    expect(await child.ended).toEqual({ code: 0, signal: null });
  }, 60_000);

  it('gives up at the deadline when a request does not end, and says so', async () => {
    const child = launch('deadline', { KEYTURN_DRAIN_WINDOW: '0s', KEYTURN_SHUTDOWN_DEADLINE: '1s' });
    const { list, managementUrl } = await ready(child);
    await whileTableIsLocked(async () => {
      const answer = fetch(list, { headers: { authorization: `Bearer ${token}` } }).catch(() => 'cut');
      await until('a request in flight', async () => (await inFlight(managementUrl)) === 1);
      child.signal('SIGTERM');
      expect(await child.ended).toEqual({ code: 1, signal: null });
      expect(await answer).toBe('cut');
    });
    expect(child.log.at(-1)).toMatchObject({
      level: 'fatal',
      msg: 'requests did not end before the shutdown deadline',
    });
  }, 60_000);
});

describe('a database that goes away', () => {
  it.each(['fast', 'crash'] as const)(
    'is a 503 with Retry-After until it is back, without a restart of the service (%s)',
    async (how) => {
      const child = launch(`database-${how}`);
      const { list, managementUrl } = await ready(child);
      const running = load({ clients: 8, pauseMs: 20, target: () => list });
      await until('200 answers', () => total(running) > 200);

      await postgres.restart({
        how,
        whileDown: async () => {
          await until('50 refusals', () => running.refusals.length > 50);
          expect(await status(`${managementUrl}/livez`)).toBe(200);
        },
      });
      const before = running.outcomes.get('200') ?? 0;
      await until('200 answers after the database is back', () => (running.outcomes.get('200') ?? 0) > before + 200);
      const refusals = running.refusals.length;
      await sleep(500);
      await running.stop();

      expect([...running.outcomes.keys()].sort()).toEqual(['200', '503']);
      expect(running.refusals).toHaveLength(refusals);
      for (const { headers, body } of running.refusals) {
        expect(headers['content-type']).toContain('application/problem+json');
        expect(headers['retry-after']).toMatch(/^\d+$/);
        expect(JSON.parse(body)).toMatchObject({ status: 503, code: 'ERR_UNAVAILABLE' });
        expect(body).not.toMatch(/postgres|127\.0\.0\.1|ECONN/i);
      }
      expect(child.running).toBe(true);
    },
    120_000,
  );

  it('is waited for by a process that starts before it, and by one that is told to stop meanwhile', async () => {
    const starting: Child[] = [];
    await postgres.restart({
      whileDown: async () => {
        starting.push(launch('late'), launch('stopped'));
        for (const child of starting)
          await child.logged('its first attempt at the database', ({ context }) => context === 'TypeOrmModule');
        const { managementUrl } = (await starting[0]?.said('starting')) ?? {};
        expect(await status(`${managementUrl}/livez`)).toBe(200);
        expect(await status(`${managementUrl}/readyz`)).toBe(503);
        starting[1]?.signal('SIGTERM');
        expect(await starting[1]?.ended).toEqual({ code: 0, signal: null });
      },
    });
    const [late] = starting;
    if (!late) throw new Error('no process was launched');
    const { list } = await ready(late);
    const answer = await fetch(list, { headers: { authorization: `Bearer ${token}` } });
    expect(answer.status).toBe(200);
  }, 120_000);
});

describe('a start', () => {
  it('ends with one error that lists everything wrong, and no value', async () => {
    const child = new Child('main', {
      PORT: 'eighty',
      MANAGEMENT_PORT: '70000',
      DATABASE_URL: 'mysql://root:hunter2@db/tasks',
      KEYTURN_DRAIN_WINDOW: 'soon',
      KEYTURN_RING_URLS: 'http://a,ftp://b',
      KEYTURN_BASE_URL: '',
    });
    expect(await child.ended).toEqual({ code: 1, signal: null });
    const names = [...child.stderr.matchAll(/^ {2}(\w+): /gm)].map(([, name]) => name);
    expect(names.sort()).toEqual([
      'DATABASE_URL',
      'KEYTURN_BASE_URL',
      'KEYTURN_DRAIN_WINDOW',
      'KEYTURN_POD_UID',
      'KEYTURN_RING_URLS',
      'MANAGEMENT_PORT',
      'PORT',
    ]);
    expect(child.stderr).not.toMatch(/hunter2|eighty|soon|ftp|\bat .*\.js/);
    expect(child.log).toEqual([]);
  });

  it('is refused by wrong credentials of the database at once, without telling them', async () => {
    const url = postgres.url('no_such_database');
    const child = launch('wrong', { DATABASE_URL: url });
    expect(await child.ended).toMatchObject({ code: 1 });
    expect(child.log.at(-1)).toMatchObject({ level: 'fatal', err: { code: '3D000' } });
    expect(JSON.stringify(child.log)).not.toContain(new URL(url).password);
  }, 60_000);
});

describe('a rotation', () => {
  it('is followed by a process without a restart: new tokens are accepted, those of a revoked key refused', async () => {
    const child = launch('rotation');
    const { list, managementUrl } = await ready(child);
    const asked = (bearer: string): Promise<number> =>
      fetch(list, { headers: { authorization: `Bearer ${bearer}` } }).then((answer) => answer.status);
    const receipt = async (): Promise<{ loaded: number; durable: number }> => {
      const { generation } = issuer.node.require();
      const url = `${managementUrl}/keyturn/v1/rings/access-tokens?atLeast=${generation}`;
      const answer = (await (await fetch(url)).json()) as { loaded: number; durable: number };
      expect(answer).toMatchObject({
        ring: 'access-tokens',
        role: 'verifier',
        loaded: generation,
        durable: generation,
      });
      return answer;
    };
    const old = tokenFor(issuer, 'ada');
    const retiring = issuer.ring.active.kid;
    await issuer.rotate();
    await receipt();
    expect([await asked(old), await asked(tokenFor(issuer, 'ada'))]).toEqual([200, 200]);
    await issuer.revoke(retiring);
    await receipt();
    expect([await asked(old), await asked(tokenFor(issuer, 'ada'))]).toEqual([401, 200]);
  }, 60_000);

  it('cannot be followed where nobody gives the ring: not ready, and 503 instead of 401', async () => {
    const child = launch('no-ring', { KEYTURN_RING_URLS: 'http://127.0.0.1:1' });
    const { url, managementUrl } = await child.addresses();
    expect(await status(`${managementUrl}/readyz`)).toBe(503);
    const answer = await fetch(`${url}/api/ada/tasks`, {
      headers: { authorization: `Bearer ${tokenFor(issuer, 'ada')}` },
    });
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
  }, 60_000);
});

describe('migrations', () => {
  const migrate = (database: string): Child => {
    const child = new Child('migrate', { DATABASE_URL: postgres.url(database) });
    children.push(child);
    return child;
  };

  it('are run by one of those that were started at once, while the others wait and find nothing to do', async () => {
    await postgres.createDatabase('fresh');
    const client = new Client({ connectionString: postgres.url('fresh') });
    await client.connect();
    // Whoever migrates first comes no further than this table.
    await client.query('BEGIN');
    await client.query('CREATE TABLE tasks ()');
    const commands = Array.from({ length: 4 }, () => migrate('fresh'));
    const waiting = `SELECT count(*)::int AS n FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`;
    await until(
      'three commands that wait for the first',
      async () => (await client.query<{ n: number }>(waiting)).rows[0]?.n === 3,
    );
    await client.query('ROLLBACK');
    await client.end();

    for (const command of commands) expect(await command.ended).toEqual({ code: 0, signal: null });
    const ran = commands.flatMap(({ log }) => log.flatMap(({ ran }) => (Array.isArray(ran) ? [ran.length] : [])));
    expect(ran.sort()).toEqual([0, 0, 0, 1]);
  }, 120_000);

  it('wait for a database that comes later', async () => {
    await postgres.createDatabase('later');
    let command: Child | undefined;
    await postgres.restart({
      whileDown: async () => {
        command = migrate('later');
        await command.said('waiting for the database');
      },
    });
    expect(await command?.ended).toEqual({ code: 0, signal: null });
  }, 120_000);
});
