import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runOperator } from '@keyturn/operator';
import { type PostgresServer, startPostgres } from '@keyturn/postgres';
import { type Crowd, judge, Ledger, rotate, startCrowd, startStockIssuer, type StockIssuer } from '@keyturn/proof';

const RING = 'session-secret';
const policy = {
  type: 'SharedSecret',
  algorithm: 'opaque',
  maxCredentialLifetime: '20s',
  clockSkew: '1s',
  clockError: '500ms',
  safety: { issuerLease: '5s', maxLiveKeys: 32 },
};
const lives = { tokenMs: 10_000, sessionMs: 20_000, mailLinkMs: 10_000, trustedDeviceMs: 20_000 };
const nobody = {
  workers: 0,
  workerThinkMs: 0,
  newcomers: 0,
  passersBy: 0,
  sleepers: 0,
  bearerSleepers: 0,
  openSleepers: 0,
  readers: 0,
  careful: 0,
};

describe('the negative control without re-signing: Better Auth with `secrets` as documented, and the shipped operator', () => {
  const stopping = new AbortController();
  const ledger = new Ledger();
  let state: string;
  let postgres: PostgresServer;
  let operator: Promise<void>;
  let issuer: StockIssuer;
  let crowd: Crowd;

  beforeAll(async () => {
    state = await mkdtemp(join(tmpdir(), 'keyturn-proof-'));
    await mkdir(join(state, 'rings'));
    await writeFile(join(state, 'rings', `${RING}.json`), JSON.stringify(policy));
    postgres = await startPostgres({});
    await postgres.createDatabase('stock');
    operator = runOperator({ state, host: '127.0.0.1', managementPort: 0, logLevel: 'silent' }, stopping.signal);
    const databaseUrl = postgres.url('stock');
    issuer = await startStockIssuer({ state, ring: RING, databaseUrl, sessionMs: lives.sessionMs });
    const plan = { ...nobody, members: 4, bearerMembers: 2, memberThinkMs: 20 };
    crowd = startCrowd({ origin: issuer.url, mailUrl: issuer.url, lives, plan }, ledger);
  });

  afterAll(async () => {
    await issuer?.stop();
    stopping.abort();
    await operator;
    await postgres?.stop();
    await rm(state, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  });

  it('serves everybody as long as the secret stays', async () => {
    for (const end = performance.now() + 60_000; ledger.length <= 50 && performance.now() < end; ) {
      await sleep(3_000);
      await crowd.collect();
    }
    expect(ledger.length).toBeGreaterThan(50);
    expect([...ledger.failures()]).toEqual([]);
  });

  it('logs out everybody who signed in before, each time the secret changes, and the ledger says so', async () => {
    for (let n = 0; n < 3; n++) {
      await rotate(state, RING);
      await sleep(1_000);
    }
    await crowd.stop();
    const { logouts } = judge(ledger.failures(), []);
    expect(logouts.length).toBeGreaterThanOrEqual(6);
    expect(new Set(logouts.map(({ operation }) => operation))).toContain('session.get');
  });
});
