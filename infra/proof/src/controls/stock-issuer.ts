import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFileTruthReader, createRingNode, isAccepted, type LoadedRing, type RingNode } from '@keyturn/keyring';
import { createManagementServer } from '@keyturn/keyring/management';
import { type BetterAuthOptions, betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import { toNodeHandler } from 'better-auth/node';
import { bearer, jwt, twoFactor } from 'better-auth/plugins';
import { Pool } from 'pg';

export interface StockIssuerOptions {
  /** State directory of the operator that rotates the ring. */
  readonly state: string;
  /** A ring of session secrets. */
  readonly ring: string;
  readonly databaseUrl: string;
  readonly sessionMs: number;
}

export interface StockIssuer {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Better Auth as its documentation says: `secrets`, the newest first, swapped with each generation of the ring. It takes
 * part in the rotation like the real issuer and gives true receipts; the one thing that it lacks is the re-signing of
 * what older secrets have signed. Its canary is a lie, because an honest one would hold the rotation.
 */
export async function startStockIssuer(options: StockIssuerOptions): Promise<StockIssuer> {
  const pool = new Pool({ connectionString: options.databaseUrl, max: 5 });
  pool.on('error', () => undefined);
  const own = await mkdtemp(join(tmpdir(), 'keyturn-stock-'));
  const podUid = randomUUID();
  const truth = createFileTruthReader(join(options.state, 'truth'));
  const node = createRingNode({ ring: options.ring, role: 'issuer', stateDir: own, podUid, truth, pollMs: 100 });
  node.addCanaryVerifier(async () => ({ accepted: true }));

  let handle: RequestListener | undefined;
  const server = createServer((request, response) => {
    if (handle) handle(request, response);
    else response.writeHead(503).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let migrated = false;
  node.onChange(async (ring) => {
    const stock = stockOptions(ring, { pool, url, sessionMs: options.sessionMs });
    if (!migrated) await (await getMigrations(stock)).runMigrations();
    migrated = true;
    handle = toNodeHandler(betterAuth(stock)) as RequestListener;
  });
  const management = createManagementServer({ port: 0, host: '127.0.0.1', nodes: node });
  await announce(options, podUid, (await management.start()).url);
  await node.start();
  return { url, stop: () => end({ node, server, management, pool, own }) };
}

interface Shared {
  readonly pool: Pool;
  readonly url: string;
  readonly sessionMs: number;
}

function stockOptions({ document }: LoadedRing, { pool, url, sessionMs }: Shared): BetterAuthOptions {
  if (document.form !== 'full') throw new TypeError('An issuer needs the secrets of its ring.');
  const keys = document.keys.filter(({ state, secret }) => isAccepted(state) && secret !== undefined);
  const newestFirst = keys.sort((a, b) => Number(b.state === 'active') - Number(a.state === 'active'));
  return {
    baseURL: url,
    database: pool,
    logger: { disabled: true },
    telemetry: { enabled: false },
    secrets: newestFirst.map(({ secret = '', secretVersion = 0 }) => ({ version: secretVersion, value: secret })),
    session: { expiresIn: sessionMs / 1_000, updateAge: 5 },
    emailAndPassword: { enabled: true },
    rateLimit: { enabled: false },
    plugins: [jwt(), bearer(), twoFactor()],
  };
}

/** Lists the issuer where a launcher would, so that the operator waits for its receipts. */
async function announce({ state, ring }: StockIssuerOptions, podUid: string, managementUrl: string): Promise<void> {
  const consumer = { name: 'stock-1', pid: process.pid, podUid, managementUrl, rings: { [ring]: 'issuer' } };
  await mkdir(join(state, 'consumers'), { recursive: true });
  await writeFile(join(state, 'consumers', 'stock-1.json'), JSON.stringify(consumer));
}

interface Parts {
  readonly node: RingNode;
  readonly server: ReturnType<typeof createServer>;
  readonly management: ReturnType<typeof createManagementServer>;
  readonly pool: Pool;
  readonly own: string;
}

async function end({ node, server, management, pool, own }: Parts): Promise<void> {
  await node.stop();
  await management.stop();
  server.closeAllConnections();
  await new Promise((resolve) => {
    server.close(resolve);
  });
  await pool.end();
  await rm(own, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
}
