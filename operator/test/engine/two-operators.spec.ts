import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFileTruthReader } from '@keyturn/keyring';
import { activeKey, keysIn, type RingDocument } from '@keyturn/keyring/document';
import { readJson } from '../../src/local/json-files.js';
import type { RunRecord } from '../../src/records/index.js';
import { History } from '../support/history.js';
import { Consumer, eventually, type OperatorProcess, startOperator } from '../support/processes.js';

const ROTATIONS = 8;

jest.setTimeout(120_000);

let state: string;
let history: History;
const operators: OperatorProcess[] = [];
const consumers: Consumer[] = [];

beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), 'keyturn-two-'));
  await mkdir(join(state, 'rings'), { recursive: true });
  await mkdir(join(state, 'requests'), { recursive: true });
  const policy = {
    type: 'SharedSecret',
    algorithm: 'HS256',
    maxCredentialLifetime: '50ms',
    clockSkew: '0s',
    clockError: '0s',
    safety: { issuerLease: '100ms', maxLiveKeys: 50 },
    rotation: { historyLimit: 1000 },
  };
  await writeFile(join(state, 'rings', 'tokens.json'), JSON.stringify(policy));
  history = new History(state, 'tokens').start();
  operators.push(...(await Promise.all([startOperator(state), startOperator(state)])));
  consumers.push(await Consumer.start(state, 'holder-1', 'holder', []));
  consumers.push(await Consumer.start(state, 'holder-2', 'holder', []));
});
afterAll(async () => {
  for (const { child } of operators) child.kill('SIGCONT');
  await Promise.all(operators.map((operator) => operator.stop('SIGKILL')));
  await Promise.all(consumers.map((consumer) => consumer.stop()));
  await history.stop();
  await rm(state, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
});

const truth = async (): Promise<RingDocument> => {
  const ring = await createFileTruthReader(join(state, 'truth')).read('tokens');
  if (!ring) throw new Error('there is no ring');
  return ring;
};

const request = (id: string, what: object): Promise<void> =>
  writeFile(
    join(state, 'requests', `${id}.json`),
    JSON.stringify({ id, ring: 'tokens', requestedAt: new Date().toISOString(), requestedBy: 'test', ...what }),
  );

const ended = (id: string): Promise<RunRecord> =>
  eventually(`run ${id} has ended`, async () => {
    const run = (await readJson(join(state, 'runs', `${id}.json`))) as RunRecord | undefined;
    return run && ['Complete', 'Refused', 'Aborted', 'Superseded'].includes(run.phase) ? run : undefined;
  });

const standbyIsProven = (): Promise<unknown> =>
  eventually('the standby is proven', async () =>
    keysIn((await truth()).keys, 'pending').some(({ provenAt }) => provenAt),
  );

describe('two operators on one directory', () => {
  it('create one ring, and rotate once for each request', async () => {
    await standbyIsProven();
    for (let index = 1; index <= ROTATIONS; index++) {
      await request(`rotate-${index}`, { kind: 'rotate' });
      expect(await ended(`rotate-${index}`)).toMatchObject({ phase: 'Complete' });
      await standbyIsProven();
    }
    await eventually('the history has seen them', () => history.signers().length > ROTATIONS);
    expect(new Set(history.documents().map(({ ringId }) => ringId)).size).toBe(1);
    expect(history.signers()).toHaveLength(ROTATIONS + 1);
    expect(history.broken()).toEqual([]);
  });

  it('keep a key revoked, and never project an older ring, though one of them slept through it', async () => {
    const [sleeper, other] = operators;
    sleeper?.child.kill('SIGSTOP');
    const leaked = activeKey((await truth()).keys)?.kid;
    await request('revoke-1', { kind: 'revoke', keys: [leaked] });
    expect(await ended('revoke-1')).toMatchObject({ phase: 'Complete' });
    await request('rotate-while-asleep', { kind: 'rotate' });
    await ended('rotate-while-asleep');
    const { generation } = await truth();
    sleeper?.child.kill('SIGCONT');
    await other?.stop();
    await standbyIsProven();
    await request('rotate-awake', { kind: 'rotate' });
    expect(await ended('rotate-awake')).toMatchObject({ phase: 'Complete' });
    expect((await truth()).generation).toBeGreaterThan(generation);
    expect((await truth()).keys.find(({ kid }) => kid === leaked)?.state).toBe('revoked');
    const projections = history.projections();
    expect(projections).toEqual([...projections].sort((a, b) => a - b));
    expect(history.broken()).toEqual([]);
  });
});
