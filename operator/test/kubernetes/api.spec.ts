import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ServerResponse } from 'node:http';
import { createApiClient } from '../../src/kubernetes/api/client.js';
import type { Connection } from '../../src/kubernetes/api/connection.js';
import { kindOfFailure, kindOfStatus } from '../../src/kubernetes/api/errors.js';
import type { KubeObject } from '../../src/kubernetes/api/objects.js';
import { type CacheEvent, ResourceCache } from '../../src/kubernetes/api/resource-cache.js';
import { eventually } from '../support/processes.js';
import { answer, ScriptedServer } from './support/scripted-server.js';

let server: ScriptedServer;
let connection: Connection;

beforeEach(async () => {
  server = await ScriptedServer.start();
  connection = server.connection();
});
afterEach(async () => {
  connection.close();
  await server.stop();
});

const api = (more = {}) => createApiClient({ connection, ...more });
const named = (name: string, resourceVersion: string): KubeObject => ({ metadata: { name, resourceVersion } });
const SECRET = '/api/v1/namespaces/shop/secrets/keyring-tokens';

describe('a call to the API server', () => {
  it('tells a refusal from an answer that was lost', () => {
    expect(kindOfStatus('PUT', 409)).toBe('conflict');
    expect(kindOfStatus('POST', 409, 'AlreadyExists')).toBe('alreadyExists');
    expect(kindOfStatus('PUT', 504)).toBe('ambiguous');
    expect(kindOfStatus('GET', 504)).toBe('unreachable');
    expect(kindOfStatus('PUT', 422)).toBe('invalid');
    expect(kindOfFailure('PUT', 'ECONNRESET')).toBe('ambiguous');
    expect(kindOfFailure('PUT', 'ECONNREFUSED')).toBe('unreachable');
    expect(kindOfFailure('GET', 'ECONNRESET')).toBe('unreachable');
  });

  it('is ambiguous when the connection ends before the answer to a write, and when the answer is cut', async () => {
    server.script = (request) => request.socket.destroy();
    await expect(api().replace(SECRET, {})).rejects.toMatchObject({ kind: 'ambiguous' });
    server.script = (_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{"half":');
      setTimeout(() => response.destroy(), 20);
    };
    await expect(api().replace(SECRET, {})).rejects.toMatchObject({ kind: 'ambiguous' });
  });

  it('ends in time, or when its signal fires, though the server never answers', async () => {
    server.script = () => undefined;
    await expect(api().replace(SECRET, {}, { timeoutMs: 50 })).rejects.toMatchObject({ kind: 'ambiguous' });
    await expect(api().get(SECRET, { timeoutMs: 50 })).rejects.toMatchObject({ kind: 'unreachable' });
    // What is left of a lease is no whole number of milliseconds.
    await expect(api().get(SECRET, { timeoutMs: 49.3 })).rejects.toMatchObject({ kind: 'unreachable' });
    const signal = AbortSignal.timeout(50);
    const stop = new AbortController();
    signal.addEventListener('abort', () => stop.abort());
    await expect(api().get(SECRET, { signal: stop.signal })).rejects.toMatchObject({ kind: 'aborted' });
  });

  it('never repeats what the server says about a Secret', async () => {
    const message = 'Secret is invalid: data: Invalid value: "c2VjcmV0LWtleQ=="';
    server.script = (_request, response) => answer(response, 422, { reason: 'Invalid', message });
    const error = await api()
      .replace(SECRET, { data: { 'ring.json': 'c2VjcmV0LWtleQ==' } })
      .catch((caught: unknown) => caught as Error);
    expect(String(error)).toContain('422 Invalid');
    expect(JSON.stringify([error, String(error), (error as Error).cause])).not.toContain('c2VjcmV0');
  });

  it('reads its credentials again when they are refused, and says the request once more', async () => {
    server.script = (request, response) =>
      request.headers.authorization === 'Bearer token-1'
        ? answer(response, 401, {})
        : answer(response, 200, named('keyring-tokens', '1'));
    expect(await api().get(SECRET)).toMatchObject({ metadata: { name: 'keyring-tokens' } });
    expect(server.requests.map(({ authorization }) => authorization)).toEqual(['Bearer token-1', 'Bearer token-2']);
  });

  it('says a read once more when the server had closed the kept connection, and never a write', async () => {
    server.script = (_request, response) => answer(response, 200, named('a', '1'));
    const client = api();
    await client.get(SECRET);
    let closed = 0;
    server.script = (request, response) => {
      closed += 1;
      if (closed === 1) request.socket.destroy();
      else answer(response, 200, named('a', '2'));
    };
    expect(await client.get(SECRET)).toMatchObject({ metadata: { resourceVersion: '2' } });
    closed = 0;
    await expect(client.replace(SECRET, {})).rejects.toMatchObject({ kind: 'ambiguous' });
    expect(closed).toBe(1);
  });

  it('is not sent at all by a process that may not write any more', async () => {
    const fence = (): void => {
      throw new Error('the lease is lost');
    };
    await expect(api({ fence }).replace(SECRET, {})).rejects.toThrow('the lease is lost');
    expect(server.requests).toEqual([]);
    await expect(api({ fence }).get(SECRET)).resolves.toEqual({});
  });

  it('lists page by page', async () => {
    server.script = (request, response) => {
      const next = new URL(request.url ?? '', server.url).searchParams.get('continue');
      const items = next === null ? [named('a', '1')] : [named('b', '2')];
      answer(response, 200, { items, metadata: { resourceVersion: '7', ...(next === null && { continue: 'more' }) } });
    };
    const names: string[] = [];
    for await (const { items } of api().list('/api/v1/namespaces/shop/pods'))
      names.push(...items.map((one) => one.metadata.name));
    expect(names).toEqual(['a', 'b']);
  });
});

/** The server as a list and a watch: each watch is held by the test. */
class Watched {
  listed = 0;
  objects = [named('a', '1')];
  version = '1';
  readonly watches: { readonly from: string | null; readonly response: ServerResponse }[] = [];
  refuse: number | undefined;

  script = (request: { url?: string | undefined }, response: ServerResponse): void => {
    const query = new URL(request.url ?? '', 'http://server').searchParams;
    if (!query.has('watch')) {
      this.listed += 1;
      return answer(response, 200, { items: this.objects, metadata: { resourceVersion: this.version } });
    }
    if (this.refuse !== undefined) return answer(response, this.refuse, { reason: 'Expired' });
    response.writeHead(200);
    response.flushHeaders();
    this.watches.push({ from: query.get('resourceVersion'), response });
  };

  say(type: string, object: unknown): void {
    this.watches.at(-1)?.response.write(`${JSON.stringify({ type, object })}\n`);
  }
}

describe('a supervised list and watch', () => {
  let watched: Watched;
  let stop: AbortController;
  let running: Promise<void>;
  let cache: ResourceCache<KubeObject>;
  const events: CacheEvent[] = [];

  beforeEach(async () => {
    watched = new Watched();
    server.script = watched.script;
    events.length = 0;
    cache = new ResourceCache({
      api: api(),
      path: '/api/v1/namespaces/shop/configmaps',
      backoff: { firstMs: 10, longestMs: 50 },
      silenceMs: 2_000,
      observe: (event) => events.push(event),
    });
    stop = new AbortController();
    running = cache.run(stop.signal);
    await eventually('it watches', () => watched.watches.length === 1);
  });
  afterEach(async () => {
    stop.abort();
    await running;
  });

  const names = () => cache.values().map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion}`);

  it('follows changes, and goes on from the last bookmark when the watch is cut', async () => {
    watched.say('ADDED', named('b', '2'));
    watched.say('DELETED', named('a', '3'));
    watched.say('BOOKMARK', named('', '9'));
    await eventually('it has followed', () => names().join() === 'b@2');
    watched.watches[0]?.response.destroy();
    await eventually('it watches again', () => watched.watches.length === 2);
    expect(watched.watches[1]?.from).toBe('9');
    expect(watched.listed).toBe(1);
  });

  it('lists again when it is too old to go on, said in the answer or in the stream', async () => {
    watched.objects = [named('c', '20')];
    watched.version = '20';
    watched.say('ERROR', { code: 410, reason: 'Expired', message: 'too old resource version' });
    await eventually('it has listed again', () => names().join() === 'c@20');
    watched.refuse = 410;
    watched.watches.at(-1)?.response.end();
    await eventually('it has listed once more', () => watched.listed >= 3);
  });

  it('ends a watch in which nothing is said, not even a bookmark', async () => {
    await eventually('it watches again', () => watched.watches.length >= 2);
    expect(events.some((event) => event.event === 'watch-ended' && event.why === 'failed')).toBe(true);
  });

  it('survives a server that answers nonsense, and waits longer each time', async () => {
    watched.refuse = 500;
    watched.watches[0]?.response.destroy();
    await eventually('it has failed a few times', () => events.filter(({ event }) => event === 'failed').length >= 4);
    watched.refuse = undefined;
    await eventually('it watches again', () => watched.watches.length >= 2);
    watched.say('ADDED', named('z', '50'));
    await eventually('it follows', () => names().includes('z@50'));
  });

  it('never lags behind an own write, though the watch does', async () => {
    cache.observe(named('a', '10'));
    watched.say('MODIFIED', named('a', '5'));
    watched.say('ADDED', named('b', '6'));
    await eventually('it has followed', () => names().includes('b@6'));
    expect(names()).toContain('a@10');
    watched.say('MODIFIED', named('a', '11'));
    await eventually('it goes on', () => names().includes('a@11'));
  });

  it('forgets what it knew when the store was restored from an older copy', async () => {
    watched.say('MODIFIED', named('a', '100'));
    watched.say('BOOKMARK', named('', '120'));
    await eventually('it has followed', () => names().join() === 'a@100');
    watched.objects = [named('a', '40')];
    watched.version = '50';
    watched.refuse = 504;
    watched.watches.at(-1)?.response.destroy();
    await eventually('it has listed again', () => watched.listed >= 2 && names().join() === 'a@40');
    watched.refuse = undefined;
    await eventually('it watches again', () => watched.watches.length >= 2);
    watched.say('MODIFIED', named('a', '51'));
    await eventually('it follows', () => names().join() === 'a@51');
  });

  it('keeps an own write over a list that is older, and forgets what the list no longer has', async () => {
    cache.observe(named('mine', '30'));
    watched.objects = [named('b', '25')];
    watched.version = '25';
    watched.say('ERROR', { code: 410 });
    await eventually('it has listed again', () => watched.listed === 2);
    await eventually('it has replaced', () => names().sort().join() === 'b@25,mine@30');
  });
});
