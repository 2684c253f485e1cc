import { Agent, request } from 'node:http';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { FixtureProcess } from './process.js';

/** One process for the tests that leave it as it was. */
let common: FixtureProcess;
beforeAll(async () => {
  common = new FixtureProcess();
  await common.url();
}, 30_000);
afterAll(async () => {
  common.signal('SIGKILL');
  await common.code;
});

const processes: FixtureProcess[] = [];
const launch = (environment: Readonly<Record<string, string>> = {}): FixtureProcess => {
  const child = new FixtureProcess(environment);
  processes.push(child);
  return child;
};

afterEach(async () => {
  for (const child of processes.splice(0)) {
    child.signal('SIGKILL');
    await child.code;
  }
});

interface Outcome {
  readonly status: number;
  readonly closes: boolean;
}

const get = (url: string, agent: Agent): Promise<Outcome> =>
  new Promise((resolve, reject) => {
    request(url, { agent }, (incoming) => {
      incoming.resume();
      incoming.on('end', () =>
        resolve({ status: incoming.statusCode ?? 0, closes: incoming.headers.connection === 'close' }),
      );
    })
      .on('error', reject)
      .end();
  });

/** One keep-alive connection, one request after the other, until an answer says that the connection ends. */
const untilClosed = async (url: string, pauseMs: number): Promise<Outcome[]> => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const outcomes: Outcome[] = [];
  while (!outcomes.at(-1)?.closes) {
    outcomes.push(await get(url, agent));
    if (pauseMs > 0) await sleep(pauseMs);
  }
  agent.destroy();
  return outcomes;
};

const readiness = async (url: string): Promise<number> => (await fetch(`${url}/readyz`)).status;

describe('a shutdown', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'on %s tells every connection that it ends, and drops no request',
    async (signal) => {
      const child = launch({ KEYTURN_DRAIN_WINDOW: '2s' });
      const [url, management] = [await child.url(), await child.managementUrl()];
      expect(await readiness(management)).toBe(200);
      const clients = Array.from({ length: 20 }, (_, at) => untilClosed(`${url}/hello`, at * 20));
      const slow = Array.from({ length: 5 }, () => untilClosed(`${url}/slow`, 0));
      await sleep(1_000);
      child.signal(signal);
      await child.said('draining');
      expect(await readiness(management)).toBe(503);
      const outcomes = (await Promise.all([...clients, ...slow])).flat();
      expect(outcomes.length).toBeGreaterThan(100);
      expect(outcomes.filter(({ status }) => status !== 200)).toEqual([]);
      expect(await child.code).toBe(0);
      expect(child.log.at(-1)).toMatchObject({ level: 'info', msg: 'stopped' });
    },
    30_000,
  );

  it('is one, however many signals come', async () => {
    const child = launch({ KEYTURN_DRAIN_WINDOW: '300ms' });
    await child.url();
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGTERM'] as const) {
      child.signal(signal);
      await sleep(20);
    }
    expect(await child.code).toBe(0);
    expect(child.log.filter(({ msg }) => msg === 'draining')).toHaveLength(1);
  }, 30_000);
});

describe('an error', () => {
  it('that nobody foresaw is a 500 that says nothing, and is in the log under the id of the request', async () => {
    const child = common;
    const answer = await fetch(`${await child.url()}/error`, { headers: { 'x-request-id': 'find-me' } });
    expect(answer.status).toBe(500);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(await answer.json()).toEqual({ type: 'about:blank', title: 'Internal Server Error', status: 500 });
    const isIt = (line: Record<string, unknown>): boolean => line.level === 'error' && line.requestId === 'find-me';
    const line = await child.logged('the error', isIt);
    expect(JSON.stringify(line)).toContain('the table users');
    expect(JSON.stringify(child.log)).not.toContain('abcdefghijklmnop');
  }, 30_000);

  it('that the service knows is answered in its own words, and its cause is logged', async () => {
    const child = common;
    const answer = await fetch(`${await child.url()}/known`);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '7']);
    expect(await answer.json()).toMatchObject({ detail: 'Come back later.', code: 'ERR_UNAVAILABLE' });
    const { err } = await child.logged('the cause', (line) => JSON.stringify(line).includes('the warehouse is closed'));
    expect(err).toMatchObject({ message: 'the warehouse is closed', code: 'WAREHOUSE' });
  }, 30_000);

  it.each([
    ['uncaught', 'nobody caught this'],
    ['rejected', 'nobody awaited this'],
  ])(
    'that is %s is logged and ends the process',
    async (route, message) => {
      const child = launch();
      await fetch(`${await child.url()}/${route}`).catch(() => undefined);
      expect(await child.code).toBe(1);
      expect(child.log.at(-1)).toMatchObject({ level: 'fatal', err: { message, stack: expect.any(String) } });
    },
    30_000,
  );

  it('at the start ends the process and says which', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as { port: number };
    for (const name of ['PORT', 'MANAGEMENT_PORT']) {
      const child = launch({ [name]: String(port) });
      expect(await child.code).toBe(1);
      expect(child.log.at(-1)).toMatchObject({ level: 'fatal', err: { code: 'EADDRINUSE' } });
    }
    taken.close();
  }, 30_000);
});

describe('an answer', () => {
  it('has the security headers of an API, and those of https when the platform is', async () => {
    const { headers } = await fetch(`${await common.url()}/hello`);
    expect(Object.fromEntries(headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'strict-transport-security': expect.stringContaining('max-age='),
      'cache-control': 'no-store',
    });
    expect(headers.get('x-powered-by')).toBeNull();
  }, 30_000);

  it('has an id of its own for each request when the caller gave none that is safe', async () => {
    const url = `${await common.url()}/hello`;
    const ids: (string | null)[] = [];
    for (const id of ['', 'two words', 'x'.repeat(200), '{"a":1}']) {
      ids.push((await fetch(url, { headers: { 'x-request-id': id } })).headers.get('x-request-id'));
    }
    for (const id of ids) expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(new Set(ids).size).toBe(4);
  }, 30_000);

  it('is given to bodies up to the limit that is configured', async () => {
    const child = launch({ KEYTURN_BODY_LIMIT: '2048' });
    const url = `${await child.url()}/echo`;
    const post = (length: number) =>
      fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify('x'.repeat(length)),
      });
    expect((await post(2_000)).status).toBe(201);
    expect((await post(2_100)).status).toBe(413);
  }, 30_000);

  it('is counted by route and status, and a path that is no route makes no series of its own', async () => {
    const child = common;
    const [url, management] = [await child.url(), await child.managementUrl()];
    const read = async () => (await fetch(`${management}/metrics`)).text();
    const count = (metrics: string, labels: string): number => {
      const line = new RegExp(`^http_server_request_duration_seconds_count\\{${labels}\\} (\\d+)$`, 'm').exec(metrics);
      return Number(line?.[1] ?? 0);
    };
    const before = await read();
    for (const path of ['hello', 'hello', 'error', 'nothing', 'void']) await fetch(`${url}/${path}`);
    const metrics = await read();
    const grown = (labels: string): number => count(metrics, labels) - count(before, labels);
    expect(grown('method="GET",route="/hello",status="200"')).toBe(2);
    expect(grown('method="GET",route="/error",status="500"')).toBe(1);
    expect(grown('method="GET",route="none",status="404"')).toBe(2);
    expect(metrics).not.toMatch(/nothing|void/);
    expect(metrics).toContain('nodejs_eventloop_lag_seconds');
  }, 30_000);
});
