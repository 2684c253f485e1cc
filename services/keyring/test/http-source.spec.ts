import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createHttpSource, type HttpSource, type HttpSourceOptions, serializeRingDocument } from '../src/index.js';
import { createTestRing, type TestRing } from '../src/testing/index.js';
import { Cleanup, codeOf, eventually } from './harness.js';
import { createHostileServer, type HostileServer } from './hostile-server.js';

const TLS = join(import.meta.dirname, 'tls');

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

let ring: TestRing;
let bad: HostileServer;
let good: string;

const open = (options: Partial<HttpSourceOptions> = {}): HttpSource => {
  const source = createHttpSource({ ring: 'access-tokens', urls: [bad.url], timeoutMs: 1_000, ...options });
  cleanup.add(() => source.close());
  return source;
};

beforeEach(async () => {
  ring = await createTestRing();
  bad = await createHostileServer(cleanup);
  good = await cleanup.serve({ documents: { document: async () => ring.document() } });
});

const text = (): string => serializeRingDocument(ring.publicDocument());

describe('a document server', () => {
  it('gives the public ring, and a conditional request while it is unchanged', async () => {
    bad.answer = (request, response) => {
      const same = request.headers['if-none-match'] === '"1"';
      response.writeHead(same ? 304 : 200, { etag: '"1"' }).end(same ? undefined : text());
    };
    const source = open();
    expect(await source.fetch()).toEqual(ring.publicDocument());
    expect(await source.fetch({ confirm: true })).toEqual(ring.publicDocument());
    expect(bad.requests.map(({ url }) => url)).toEqual([
      '/keyturn/v1/rings/access-tokens/document',
      '/keyturn/v1/rings/access-tokens/document?confirm=true',
    ]);
    expect(bad.requests[1]!.headers['if-none-match']).toBe('"1"');
  });

  it('may know no such ring: that is an answer and no error', async () => {
    expect(await open().fetch()).toBeUndefined();
  });

  it('may live below a path', async () => {
    bad.answer = (_request, response) => void response.end(text());
    await open({ urls: [`${bad.url}/internal`] }).fetch();
    expect(bad.requests[0]!.url).toBe('/internal/keyturn/v1/rings/access-tokens/document');
  });
});

describe('a document server that fails', () => {
  const faults: [string, HostileServer['answer'], RegExp][] = [
    ['with a status', (_request, response) => void response.writeHead(500).end('secret stack'), /answered 500/],
    [
      'by being redirected elsewhere',
      (_request, response) => void response.writeHead(302, { location: good }).end(),
      /answered 302/,
    ],
    ['with what is no JSON', (_request, response) => void response.end('<html>'), /document: must be JSON/],
    [
      'half way through the body',
      (_request, response) => {
        response.writeHead(200, { 'content-length': 9999 });
        response.write('{"version":');
        setTimeout(() => response.destroy(), 10);
      },
      /aborted|socket hang up|terminated/,
    ],
    ['by never answering', () => undefined, /no complete answer within 1000 ms/],
    [
      'by a body that drips for ever',
      (_request, response) => {
        const drip = setInterval(() => response.write(' '), 20);
        response.on('close', () => clearInterval(drip));
      },
      /no complete answer within 1000 ms/,
    ],
    ['by closing the connection', (request) => void request.socket.destroy(), /socket hang up|ECONNRESET/],
    [
      'with a body that is too large',
      (_request, response) => void response.end(Buffer.alloc(2_000_000, 32)),
      /larger than/,
    ],
    ['with bytes that are no UTF-8', (_request, response) => void response.end(Buffer.from([0xff, 0xfe])), /not valid/],
    [
      'with a full document',
      (_request, response) => void response.end(serializeRingDocument(ring.document())),
      /form: must be public/,
    ],
    [
      'with another ring',
      (_request, response) => void response.end(text().replace('"access-tokens"', '"other"')),
      /ring: must be/,
    ],
    ['with 304 to who has nothing', (_request, response) => void response.writeHead(304).end(), /answered 304/],
  ];

  it.each(faults)('%s: unavailable, or not confirmed, and no content in the error', async (_name, answer, reason) => {
    bad.answer = answer;
    const source = open();
    await expect(source.fetch()).rejects.toMatchObject({
      code: 'ERR_RING_UNAVAILABLE',
      message: expect.stringMatching(reason) as unknown,
    });
    await expect(source.fetch({ confirm: true })).rejects.toMatchObject({ code: 'ERR_TRUTH_UNREADABLE' });
    await expect(source.fetch()).rejects.not.toThrow(/secret|html/);
  });

  it.each(faults)('%s: the next one is asked, and asked first from then on', async (_name, answer) => {
    bad.answer = answer;
    const source = open({ urls: [bad.url, good] });
    expect((await source.fetch())?.generation).toBe(1);
    const asked = bad.requests.length;
    expect((await source.fetch({ confirm: true }))?.generation).toBe(1);
    expect(bad.requests).toHaveLength(asked);
  });

  it('is left for another and taken back when that one fails', async () => {
    bad.answer = (_request, response) => void response.writeHead(503).end();
    const other = await createHostileServer(cleanup);
    other.answer = (_request, response) => void response.end(text());
    const source = open({ urls: [bad.url, other.url] });
    await source.fetch();
    other.answer = (_request, response) => void response.writeHead(503).end();
    bad.answer = (_request, response) => void response.end(text());
    expect((await source.fetch())?.generation).toBe(1);
  });

  it('because it is newer than this build: the error says so', async () => {
    bad.answer = (_request, response) => void response.end(text().replace('"version": 1', '"version": 2'));
    expect(await codeOf(() => open().fetch())).toBe('ERR_RING_SCHEMA_NEWER');
  });

  it('gives way at once to a caller who leaves', async () => {
    bad.answer = () => undefined;
    const caller = new AbortController();
    const fetching = open({ timeoutMs: 60_000, urls: [bad.url, bad.url] }).fetch({ signal: caller.signal });
    await eventually('the request', () => bad.requests.length === 1);
    caller.abort(new Error('left'));
    await expect(fetching).rejects.toThrow('left');
    expect(bad.requests).toHaveLength(1);
  });
});

describe('https', () => {
  it('is checked against the CA file, and refused without it', async () => {
    const cert = join(TLS, 'localhost.cert.pem');
    const tls = { key: readFileSync(join(TLS, 'localhost.key.pem'), 'utf8'), cert: readFileSync(cert, 'utf8') };
    const server = await createHostileServer(cleanup, tls);
    server.answer = (_request, response) => void response.end(text());
    expect((await open({ urls: [server.url], caFile: cert }).fetch())?.generation).toBe(1);
    await expect(open({ urls: [server.url] }).fetch()).rejects.toThrow(/self-signed certificate/);
  });
});

describe('URLs that cannot work', () => {
  it.each([
    [[]],
    [['localhost']],
    [['ftp://localhost']],
    [['http://user:pass@localhost']],
    [['http://localhost/?x=1']],
  ])('%j: a TypeError that does not quote them', (urls) => {
    expect(() => createHttpSource({ ring: 'access-tokens', urls })).toThrow(TypeError);
    expect(() => createHttpSource({ ring: 'access-tokens', urls })).not.toThrow(/pass/);
  });
});
