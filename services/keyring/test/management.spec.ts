import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { request } from 'node:http';
import { KeyringError, parseRingDocument, PRIVATE_JWK_MEMBERS, type RingNode } from '../src/index.js';
import { createManagementServer } from '../src/management/index.js';
import { createTestRing, type TestRing } from '../src/testing/index.js';
import { Cleanup } from './harness.js';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

let ring: TestRing;
let node: RingNode;

const started = async (of: TestRing, role: 'issuer' | 'holder'): Promise<RingNode> => {
  const stateDir = await cleanup.folder();
  const created = cleanup.node({
    ring: of.document().ring,
    role,
    stateDir,
    podUid: 'pod-1',
    truth: of.truth,
    pollMs: 60_000,
  });
  await created.start();
  return created;
};

beforeEach(async () => {
  ring = await createTestRing({ issuer: 'http://localhost' });
  node = await started(ring, 'issuer');
});

const get = async (url: string, init?: RequestInit) => {
  const response = await fetch(url, init);
  const text = await response.text();
  const type = response.headers.get('content-type') ?? '';
  return {
    status: response.status,
    type,
    headers: response.headers,
    text,
    json: type.includes('json') ? JSON.parse(text) : undefined,
  };
};

const post = (url: string, body: string) => get(url, { method: 'POST', body });

describe('health', () => {
  it('is ready when every ring and the process are, and says what is missing', async () => {
    const other = await createTestRing({ ring: 'other' });
    let missing = ['database'];
    let live = true;
    const url = await cleanup.serve({ nodes: node, notReady: () => missing, live: () => live });
    expect(await get(`${url}/readyz`)).toMatchObject({
      status: 503,
      type: 'application/problem+json',
      json: { detail: 'waiting for database', missing: ['database'] },
    });
    missing = [];
    expect((await get(`${url}/readyz`)).status).toBe(200);
    expect((await get(`${url}/livez`)).status).toBe(200);
    live = false;
    expect((await get(`${url}/livez`)).status).toBe(503);

    const server = createManagementServer({ host: '127.0.0.1', port: 0, nodes: [node] });
    cleanup.add(() => server.stop());
    const { url: base } = await server.start();
    expect((await get(`${base}/readyz`)).status).toBe(200);
    other.truth.fail();
    const stateDir = await cleanup.folder();
    server.addNode(cleanup.node({ ring: 'other', role: 'issuer', stateDir, podUid: 'pod-1', truth: other.truth }));
    expect((await get(`${base}/readyz`)).json).toMatchObject({ missing: ['ring other'] });
  });

  it("shows the rings beside the process's own metrics", async () => {
    const url = await cleanup.serve({ nodes: [node], metrics: () => 'requests_total 7' });
    const { text, type } = await get(`${url}/metrics`);
    expect(type).toContain('text/plain');
    expect(text).toContain('requests_total 7\n');
    expect(text).toContain('keyturn_ring_loaded_generation{ring="access-tokens",role="issuer"} 1\n');
    expect(text).toContain('keyturn_ring_durable_generation{ring="access-tokens",role="issuer"} 1\n');
    expect(text).toContain('keyturn_ring_ready{ring="access-tokens",role="issuer"} 1\n');
    const valueOf = (name: string) =>
      Number(new RegExp(`^${name}\\{ring="access-tokens",role="issuer"\\} (.+)$`, 'm').exec(text)?.[1]);
    const leaseMs = node.require().document.settings.issuerLeaseMs;
    const age = valueOf('keyturn_ring_contact_age_seconds');
    expect(age).toBeGreaterThan(0);
    expect(age + valueOf('keyturn_ring_lease_left_seconds')).toBeCloseTo(leaseMs / 1000, 1);
  });
});

describe('receipts', () => {
  it('are given for one ring or all, and catch up when asked to', async () => {
    const url = await cleanup.serve({ nodes: [node] });
    const one = await get(`${url}/keyturn/v1/rings/access-tokens`);
    expect(one.json).toEqual(await node.receipt());
    expect((await get(`${url}/keyturn/v1/rings`)).json).toEqual({ rings: [one.json] });
    await ring.rotate();
    expect((await get(`${url}/keyturn/v1/rings/access-tokens?atLeast=3`)).json).toMatchObject({
      loaded: 3,
      durable: 3,
    });
  });

  it.each(['x', '-1', '1.5', ''])('refuse atLeast=%s by name', async (value) => {
    const url = await cleanup.serve({ nodes: [node] });
    const answer = await get(`${url}/keyturn/v1/rings/access-tokens?atLeast=${value}`);
    expect(answer).toMatchObject({
      status: 400,
      type: 'application/problem+json',
      json: { detail: 'atLeast: must be a whole number' },
    });
  });
});

describe('canaries', () => {
  it('are judged by the verifier of the process', async () => {
    node.addCanaryVerifier(async (credential) => ({
      accepted: credential === 'right',
      kid: 'k',
      ...(credential !== 'right' && { reason: 'wrong' }),
    }));
    const url = `${await cleanup.serve({ nodes: [node] })}/keyturn/v1/rings/access-tokens/canary`;
    expect((await post(url, '{"credential":"right"}')).json).toEqual({ accepted: true, kid: 'k' });
    expect((await post(url, '{"credential":"bad"}')).json).toEqual({ accepted: false, kid: 'k', reason: 'wrong' });
  });

  it('are not accepted by a process without a verifier', async () => {
    const url = `${await cleanup.serve({ nodes: [node] })}/keyturn/v1/rings/access-tokens/canary`;
    expect((await post(url, '{"credential":"any"}')).json).toMatchObject({ accepted: false });
  });

  it.each([
    ['', 400],
    ['{', 400],
    ['null', 400],
    ['{"credential":7}', 400],
    ['{"credential":""}', 400],
    [`{"credential":"${'x'.repeat(20_000)}"}`, 413],
  ])('in a bad body are refused: %.20s', async (body, status) => {
    const url = `${await cleanup.serve({ nodes: [node] })}/keyturn/v1/rings/access-tokens/canary`;
    const answer = await post(url, body);
    expect(answer).toMatchObject({ status, type: 'application/problem+json' });
    expect((answer.json as { detail: string }).detail).toMatch(/^body: must be/);
  });
});

describe('the document', () => {
  it('is public whatever the process holds, and costs a 304 while it is unchanged', async () => {
    const url = `${await cleanup.serve({ nodes: [node] })}/keyturn/v1/rings/access-tokens/document`;
    const first = await get(url);
    expect(parseRingDocument(first.text)).toEqual(ring.publicDocument());
    for (const member of PRIVATE_JWK_MEMBERS) expect(first.text).not.toContain(`"${member}"`);
    const etag = first.headers.get('etag')!;
    expect((await get(`${url}?confirm=true`, { headers: { 'if-none-match': etag } })).status).toBe(304);
    ring.touch();
    expect((await get(url, { headers: { 'if-none-match': etag } })).status).toBe(304);
    expect((await get(`${url}?confirm=true`, { headers: { 'if-none-match': etag } })).status).toBe(200);
  });

  it('shows kids and states only of a shared secret', async () => {
    const secret = await createTestRing({ ring: 'session-secret', algorithm: 'opaque' });
    const url = await cleanup.serve({ nodes: [await started(secret, 'holder')] });
    const { text } = await get(`${url}/keyturn/v1/rings/session-secret/document?confirm=true`);
    expect(text).toContain(secret.active.kid);
    expect(text).not.toContain(secret.active.secret);
  });

  it('is not confirmed while the truth cannot be read: 503, and the loaded one is still given', async () => {
    const url = `${await cleanup.serve({ nodes: [node] })}/keyturn/v1/rings/access-tokens/document`;
    ring.truth.fail();
    const answer = await get(`${url}?confirm=true`);
    expect(answer).toMatchObject({
      status: 503,
      type: 'application/problem+json',
      json: { code: 'ERR_TRUTH_UNREADABLE' },
    });
    expect(answer.headers.get('retry-after')).toBe('1');
    expect((await get(url)).status).toBe(200);
    expect((await get(`${url}?confirm=maybe`)).json).toMatchObject({ detail: 'confirm: must be true or false' });
  });

  it('comes from a provider where the process has no node, and is made public there too', async () => {
    const asked: boolean[] = [];
    const url = await cleanup.serve({
      documents: {
        document: async (name, { confirm }) => {
          asked.push(confirm);
          if (name === 'broken') throw new KeyringError('ERR_TRUTH_UNREADABLE', 'the truth cannot be read');
          return name === 'access-tokens' ? ring.document() : undefined;
        },
      },
    });
    const { text } = await get(`${url}/keyturn/v1/rings/access-tokens/document?confirm=true`);
    expect(parseRingDocument(text).form).toBe('public');
    expect(asked).toEqual([true]);
    expect((await get(`${url}/keyturn/v1/rings/broken/document`)).status).toBe(503);
    expect((await get(`${url}/keyturn/v1/rings/none/document`)).status).toBe(404);
    expect((await get(`${url}/keyturn/v1/rings/access-tokens`)).status).toBe(404);
  });
});

describe('what is wrong with a request', () => {
  const raw = (url: string, path: string): Promise<number> =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(url);
      request({ hostname, port, path }, (response) => resolve(response.resume().statusCode ?? 0))
        .on('error', reject)
        .end();
    });

  it.each([
    '/',
    '/keyturn/v1/rings/none',
    '/keyturn/v1/rings/%E0%A4%A',
    '/keyturn/v1/rings/../../etc/passwd',
    '//',
    '/keyturn/v1/rings/ACCESS',
  ])('a path that is not there is 404: %s', async (path) =>
    expect(await raw(await cleanup.serve({ nodes: [node] }), path)).toBe(404),
  );

  it('a method that is not there is 405 and names those that are', async () => {
    const url = await cleanup.serve({ nodes: [node] });
    const answer = await post(`${url}/readyz`, '');
    expect(answer).toMatchObject({ status: 405, type: 'application/problem+json' });
    expect(answer.headers.get('allow')).toBe('GET');
  });

  it('an error nobody expected is a plain 500, and only the process learns of it', async () => {
    const errors: unknown[] = [];
    const cause = new Error('password hunter2');
    const url = await cleanup.serve({
      nodes: [node],
      metrics: () => Promise.reject(cause),
      onError: (error) => errors.push(error),
    });
    const answer = await get(`${url}/metrics`);
    expect(answer.json).toEqual({ type: 'about:blank', status: 500, title: 'Internal Server Error' });
    expect(errors).toEqual([cause]);
  });

  it('a port that is taken is told to who starts it', async () => {
    const { port } = new URL(await cleanup.serve({ nodes: [node] }));
    const second = createManagementServer({ host: '127.0.0.1', port: Number(port) });
    await expect(second.start()).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
