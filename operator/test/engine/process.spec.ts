import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFileTruthReader } from '@keyturn/keyring';
import { activeKey, type RingDocument } from '@keyturn/keyring/document';
import { readJson } from '../../src/local/json-files.js';
import type { RunRecord } from '../../src/records/index.js';
import { Consumer, eventually, type OperatorProcess, startOperator } from '../support/processes.js';

jest.setTimeout(60_000);

let state: string;
let operator: OperatorProcess;
let log = '';
const consumers: Consumer[] = [];

beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), 'keyturn-process-'));
  await mkdir(join(state, 'rings'), { recursive: true });
  await mkdir(join(state, 'requests'), { recursive: true });
  const policy = { type: 'SigningKey', algorithm: 'RS256', issuer: 'http://localhost:8080' };
  await writeFile(join(state, 'rings', 'tokens.json'), JSON.stringify(policy));
  operator = await startOperator(state);
  operator.child.stdout?.on('data', (chunk) => (log += String(chunk)));
  consumers.push(await Consumer.start(state, 'auth-1', 'issuer', [operator.url]));
  for (const name of ['tasks-1', 'tasks-2', 'tasks-3']) {
    consumers.push(await Consumer.start(state, name, 'verifier', [operator.url]));
  }
  await eventually('the standby is proven', async () =>
    (await truth()).keys.some(({ state: is, provenAt }) => is === 'pending' && provenAt !== undefined),
  );
});
afterAll(async () => {
  await operator.stop('SIGKILL');
  await Promise.all(consumers.map((consumer) => consumer.stop()));
  await rm(state, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
});

async function truth(): Promise<RingDocument> {
  const ring = await createFileTruthReader(join(state, 'truth')).read('tokens');
  if (!ring) throw new Error('there is no ring');
  return ring;
}

async function submit(id: string, what: object): Promise<void> {
  const path = join(state, 'requests', `${id}.json`);
  const request = { id, ring: 'tokens', requestedAt: new Date().toISOString(), requestedBy: 'test', ...what };
  await writeFile(`${path}.tmp`, JSON.stringify(request));
  await rename(`${path}.tmp`, path);
}

const ended = (id: string): Promise<RunRecord> =>
  eventually(`run ${id} has ended`, async () => {
    const run = (await readJson(join(state, 'runs', `${id}.json`))) as RunRecord | undefined;
    return run?.phase === 'Complete' ? run : undefined;
  });

const get = (path: string): Promise<Response> => fetch(new URL(path, operator.url));

describe('an operator process', () => {
  it('answers health, metrics, and confirming reads of the public ring', async () => {
    expect([(await get('/livez')).status, (await get('/readyz')).status]).toEqual([200, 200]);
    expect(await (await get('/metrics')).text()).toContain('keyturn_ring_generation{ring="tokens"}');
    const answer = await get('/keyturn/v1/rings/tokens/document?confirm=true');
    const document = (await answer.json()) as { form: string; generation: number; keys: { jwk?: object }[] };
    expect(document).toMatchObject({ form: 'public', generation: (await truth()).generation });
    for (const { jwk } of document.keys) expect(Object.keys(jwk ?? {})).not.toContain('d');
    expect((await get('/keyturn/v1/rings/nobody/document')).status).toBe(404);
  });

  it('revokes a key of four real processes: each has refused it, and the run says since when', async () => {
    const leaked = activeKey((await truth()).keys)?.kid ?? '';
    await submit('v1', { kind: 'revoke', keys: [leaked] });
    const { emergency, acks } = await ended('v1');
    expect(acks).toMatchObject({ current: 4, total: 4 });
    const times = [
      emergency?.declaredAt,
      emergency?.writtenAt,
      emergency?.firstRefusedAt,
      emergency?.lastRefusedAt,
      emergency?.finishedAt,
    ];
    expect(times).not.toContain(undefined);
    expect([...times].sort()).toEqual(times);
    for (const { node } of consumers) {
      const live = node
        .require()
        .document.keys.filter(({ state: is }) => ['pending', 'active', 'draining'].includes(is));
      expect(live.map(({ kid }) => kid)).not.toContain(leaked);
    }
  });

  it('writes no key material to its log, its runs or its status', async () => {
    await submit('r1', { kind: 'rotate' });
    await ended('r1');
    const secrets = (await truth()).keys
      .flatMap(({ jwk }) => [jwk?.d, jwk?.p, jwk?.q])
      .filter((part) => part !== undefined);
    const status = await readFile(join(state, 'status', 'tokens.json'), 'utf8');
    const run = await readFile(join(state, 'runs', 'r1.json'), 'utf8');
    expect(secrets.length).toBeGreaterThan(0);
    expect(log).toContain('"event":"step-written"');
    for (const secret of secrets) for (const text of [log, status, run]) expect(text).not.toContain(secret);
  });

  it('stops on SIGTERM with exit code 0, also while it waits for a process that hangs', async () => {
    const hanging = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(hanging, 'listening');
    const managementUrl = `http://127.0.0.1:${(hanging.address() as AddressInfo).port}`;
    const record = {
      name: 'hangs',
      pid: process.pid,
      podUid: 'pod-hangs',
      managementUrl,
      rings: { tokens: 'verifier' },
    };
    const connected = once(hanging, 'connection');
    await writeFile(join(state, 'consumers', 'hangs.json'), JSON.stringify(record));
    const [socket] = await connected;
    operator.child.kill('SIGTERM');
    const [code] = await once(operator.child, 'exit');
    expect(code).toBe(0);
    socket.destroy();
    hanging.close();
  });
});
