import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createKubernetesTruthReader, serializeRingDocument, type TruthReader } from '../src/index.js';
import { createTestRing, type TestRing } from '../src/testing/index.js';
import { Cleanup, codeOf } from './harness.js';
import { createHostileServer, type HostileServer } from './hostile-server.js';

const TLS = join(import.meta.dirname, 'tls');

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

let ring: TestRing;
let api: HostileServer;
let credentials: string;
let truth: TruthReader;

const secret = (change: { labels?: Record<string, string>; text?: string } = {}) => ({
  kind: 'Secret',
  metadata: {
    labels: {
      'keyturn.dev/ring': 'access-tokens',
      'keyturn.dev/ring-namespace': 'platform',
      'keyturn.dev/ring-id': ring.document().ringId,
      ...change.labels,
    },
  },
  data: { 'ring.json': Buffer.from(change.text ?? serializeRingDocument(ring.document())).toString('base64') },
});

const say = (status: number, body: unknown): void => {
  api.answer = (_request, response) =>
    void response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
};

beforeEach(async () => {
  ring = await createTestRing();
  const [key, cert] = await Promise.all(
    ['localhost.key.pem', 'localhost.cert.pem'].map((name) => readFile(join(TLS, name), 'utf8')),
  );
  api = await createHostileServer(cleanup, { key: key!, cert: cert! });
  credentials = await cleanup.folder();
  await writeFile(join(credentials, 'token'), 'first\n');
  await copyFile(join(TLS, 'localhost.cert.pem'), join(credentials, 'ca.crt'));
  truth = createKubernetesTruthReader({ server: api.url, namespace: 'platform', credentials, timeoutMs: 2_000 });
});

describe('the truth in a cluster', () => {
  it('is the Secret of the ring, read by quorum with the token as it is now', async () => {
    say(200, secret());
    expect(await truth.read('access-tokens')).toEqual(ring.document());
    await writeFile(join(credentials, 'token'), 'renewed\n');
    await truth.read('access-tokens');
    expect(api.requests.map(({ url, headers }) => [url, headers.authorization])).toEqual([
      ['/api/v1/namespaces/platform/secrets/keyring-access-tokens', 'Bearer first'],
      ['/api/v1/namespaces/platform/secrets/keyring-access-tokens', 'Bearer renewed'],
    ]);
  });

  it('does not exist only if the API server says so', async () => {
    say(404, { kind: 'Status', reason: 'NotFound' });
    expect(await truth.read('access-tokens')).toBeUndefined();
    say(404, 'page not found');
    expect(await codeOf(() => truth.read('access-tokens'))).toBe('ERR_TRUTH_UNREADABLE');
  });

  it.each([
    [401, { kind: 'Status', reason: 'Unauthorized' }],
    [403, { kind: 'Status', reason: 'Forbidden' }],
    [500, 'etcdserver: leader changed'],
    [200, { kind: 'Status' }],
    [200, 'no JSON'],
  ])('cannot be read from an answer %s %j', async (status, body) => {
    say(status, body);
    expect(await codeOf(() => truth.read('access-tokens'))).toBe('ERR_TRUTH_UNREADABLE');
  });

  it('cannot be read without a token, from a server of another authority, or after the time is up', async () => {
    api.answer = () => undefined;
    expect(await codeOf(() => truth.read('access-tokens'))).toBe('ERR_TRUTH_UNREADABLE');
    say(200, secret());
    const other = createKubernetesTruthReader({ server: api.url, namespace: 'platform', credentials: TLS });
    expect(await codeOf(() => other.read('access-tokens'))).toBe('ERR_TRUTH_UNREADABLE');
    await writeFile(join(credentials, 'ca.crt'), '');
    const distrustful = createKubernetesTruthReader({ server: api.url, namespace: 'platform', credentials });
    expect(await codeOf(() => distrustful.read('access-tokens'))).toBe('ERR_TRUTH_UNREADABLE');
  });

  it('is not taken from a Secret of the same name that belongs to somebody else', async () => {
    for (const label of ['keyturn.dev/ring', 'keyturn.dev/ring-namespace']) {
      say(200, secret({ labels: { [label]: 'other' } }));
      expect(await codeOf(() => truth.read('access-tokens'))).toBe('ERR_TRUTH_UNREADABLE');
    }
    say(200, secret({ labels: { 'keyturn.dev/ring-id': 'other' } }));
    expect(await codeOf(() => truth.read('access-tokens'))).toBe('ERR_RING_INVALID');
  });

  it('is not taken from a public document, and no error shows what the Secret holds', async () => {
    say(200, secret({ text: serializeRingDocument(ring.publicDocument()) }));
    expect(await codeOf(() => truth.read('access-tokens'))).toBe('ERR_RING_INVALID');
    say(200, secret({ text: '{"d":"hunter2"' }));
    const error: unknown = await truth.read('access-tokens').catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'ERR_RING_INVALID' });
    expect(String(error)).not.toMatch(/hunter2|first/);
  });

  it('is asked for rings only', async () => {
    await expect(truth.read('../configmaps/x')).rejects.toThrow(TypeError);
    expect(api.requests).toEqual([]);
  });
});
