import { createServer, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { build } from '../../build.mjs';
import { FrontEnd, until } from './support/front-end';
import { type Readers, startReaders } from './support/readers';

const READERS = 24;
const PATHS = ['/en/sign-in', '/icon.svg', '/de', '/en/sign-up'];

const launched: FrontEnd[] = [];
const reading: Readers[] = [];
let auth: Server | undefined;

beforeAll(build, 600_000);
afterEach(async () => {
  await Promise.all(reading.splice(0).map((readers) => readers.stop()));
  await Promise.all(launched.splice(0).map((front) => front.kill()));
  auth?.closeAllConnections();
  auth?.close();
  auth = undefined;
});

const launch = async (variables: Readonly<Record<string, string>> = {}): Promise<FrontEnd> => {
  const front = await FrontEnd.launch(variables);
  launched.push(front);
  return front;
};

/** An auth service that takes its time: nobody is answered before `held` is. */
const slowAuth = async (): Promise<{ readonly url: string; readonly held: ServerResponse[] }> => {
  const held: ServerResponse[] = [];
  auth = createServer((_request, response) => held.push(response)).listen(0, '127.0.0.1');
  await once(auth, 'listening');
  return { url: `http://127.0.0.1:${(auth.address() as AddressInfo).port}`, held };
};

const openTasks = (front: FrontEnd): Promise<Response> =>
  fetch(`${front.url}/en/tasks`, { headers: { cookie: 'better-auth.session_token=x' }, redirect: 'manual' });

describe('a front end that is told to end', () => {
  it('drops no request of clients that keep their connections', async () => {
    const [from, to] = [await launch({ KEYTURN_DRAIN_WINDOW: '8s' }), await launch()];
    await Promise.all([from.ready(), to.ready()]);
    // A balancer's view: whoever is told that the connection ends goes elsewhere.
    const gone = new Set<number>();
    const readers = startReaders({
      readers: READERS,
      target: (at) => `${(gone.has(at) ? to : from).url}${PATHS[at % PATHS.length]}`,
      leave: (at) => gone.add(at),
    });
    reading.push(readers);
    await until('300 answers', () => readers.total() > 300);
    expect(gone.size).toBe(0);

    from.signal('SIGTERM');
    await until('not ready any more', async () => (await from.readiness()) !== 200);
    const readiness = await from.readiness();
    const dropped = (): boolean => readers.outcomes.size > 1;
    await until('everybody is told to leave', () => gone.size === READERS || dropped());
    const before = readers.total();
    await until('100 answers of the other process', () => readers.total() > before + 100);
    expect([...readers.outcomes.keys()]).toEqual(['200']);
    expect(readiness).toBe(503);

    expect(await from.ended).toEqual({ code: 0, signal: null });
    await readers.stop();
    expect([...readers.outcomes.keys()]).toEqual(['200']);
    expect(await from.readiness()).toBe(0);
  });

  it('answers what it has begun, also when that takes longer than the drain', async () => {
    const { url, held } = await slowAuth();
    const front = await launch({ KEYTURN_DRAIN_WINDOW: '200ms', KEYTURN_AUTH_URL: url });
    await front.ready();
    const answers = Array.from({ length: 3 }, () => openTasks(front));
    await until('three pages under way', () => held.length === 3);
    front.signal('SIGTERM');
    await until('nobody is let in any more', async () => (await front.readiness()) === 0);
    expect(front.running).toBe(true);
    for (const response of held) response.writeHead(401).end();
    for (const { status, headers } of await Promise.all(answers)) {
      expect([status, headers.get('connection')]).toEqual([307, 'close']);
      expect(headers.get('location')).toMatch(/^\/en\/sign-in/);
    }
    expect(await front.ended).toEqual({ code: 0, signal: null });
  });

  it('gives up at the deadline when an answer does not end, and says so', async () => {
    const { url, held } = await slowAuth();
    const limits = { KEYTURN_DRAIN_WINDOW: '0s', KEYTURN_SHUTDOWN_DEADLINE: '1s' };
    const front = await launch({ ...limits, KEYTURN_AUTH_URL: url });
    await front.ready();
    const answer = openTasks(front).catch(() => 'cut');
    await until('a page under way', () => held.length === 1);
    front.signal('SIGTERM');
    expect(await front.ended).toEqual({ code: 1, signal: null });
    expect(await answer).toBe('cut');
    expect(front.said).toContain('did not end before the shutdown deadline');
  });
});

it('does not start with a drain that is none, and says which variable is wrong', async () => {
  const front = await launch({ KEYTURN_DRAIN_WINDOW: 'soon-value' });
  expect(await front.ended).toEqual({ code: 1, signal: null });
  expect(front.said).toMatch(/KEYTURN_DRAIN_WINDOW: must be a duration/);
  expect(front.said).not.toMatch(/soon-value|\bat .*\.js/);
});
