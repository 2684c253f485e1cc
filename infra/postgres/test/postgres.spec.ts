import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { type PostgresServer, removeCluster, startPostgres } from '../src/index.js';
import { isAlive } from '../src/postmaster.js';

const query = async (url: string, sql: string): Promise<unknown[]> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
};

const home = mkdtempSync(join(tmpdir(), 'postgres-spec-'));
chmodSync(home, 0o711);
afterAll(() => rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }));

describe('embedded PostgreSQL', () => {
  it('serves several throw-away clusters at once, each with its own databases, and leaves nothing behind', async () => {
    const servers = await Promise.all([startPostgres(), startPostgres()]);
    try {
      await Promise.all(servers.flatMap((server) => [server.createDatabase('a-b'), server.createDatabase('a-b')]));
      await servers[0].createDatabase('a-b');
      for (const server of servers) {
        expect(await query(server.url('a-b'), 'SELECT current_database() AS name')).toEqual([{ name: 'a-b' }]);
      }
      expect(servers[0].port).not.toBe(servers[1].port);
    } finally {
      await Promise.all(servers.map((server) => server.stop()));
    }
    for (const server of servers) expect(existsSync(server.dataDir)).toBe(false);
  });

  it('keeps its port and its committed data over a restart and over a crash', async () => {
    const server = await startPostgres({ dataDir: join(home, 'restart') });
    try {
      const { port, pid } = server;
      await query(server.url('postgres'), 'CREATE TABLE kept (n int)');
      for (const how of ['fast', 'crash'] as const) {
        await server.restart({
          how,
          whileDown: async () => {
            await expect(query(server.url('postgres'), 'SELECT 1')).rejects.toThrow(/ECONNREFUSED/);
          },
        });
        expect(await query(server.url('postgres'), 'SELECT count(*)::int AS n FROM kept')).toEqual([{ n: 0 }]);
      }
      expect(server.port).toBe(port);
      expect(server.pid).not.toBe(pid);
    } finally {
      await server.stop();
    }
  });

  it('replaces a server whose parent was killed, and is not fooled by a stale pid file', async () => {
    const dataDir = join(home, 'orphan');
    const first = await startPostgres({ dataDir });
    await query(first.url('postgres'), 'CREATE TABLE kept (n int)');
    await first.stop();
    const orphan = await orphanOf(dataDir);
    const next = await startPostgres({ dataDir });
    expect(next.pid).not.toBe(orphan);
    expect(isAlive(orphan)).toBe(false);
    expect(await query(next.url('postgres'), 'SELECT count(*)::int AS n FROM kept')).toEqual([{ n: 0 }]);
    await next.stop();

    writeFileSync(join(dataDir, 'cluster', 'postmaster.pid'), `${process.pid}\n${dataDir}/cluster\n1\n1\n\n\n\n`);
    const again: PostgresServer = await startPostgres({ dataDir });
    expect(await query(again.url('postgres'), 'SELECT count(*)::int AS n FROM kept')).toEqual([{ n: 0 }]);
    await again.stop();
  });

  it('runs for root below a directory that no other account may enter, and forgets its data on request', async () => {
    mkdirSync(join(home, 'closed'), { mode: 0o700 });
    const dataDir = join(home, 'closed', 'postgres');
    for (const sql of ['CREATE TABLE kept (n int)', 'SELECT * FROM kept']) {
      const server = await startPostgres({ dataDir });
      await query(server.url('postgres'), sql);
      await server.stop();
    }
    await removeCluster(dataDir);
    expect(existsSync(dataDir)).toBe(false);
    const fresh = await startPostgres({ dataDir });
    await expect(query(fresh.url('postgres'), 'SELECT * FROM kept')).rejects.toThrow(/does not exist/);
    await fresh.stop();
    await removeCluster(dataDir);
  });
});

/** Starts a server from another process, kills that process, and returns the pid of the server it left. */
const orphanOf = async (dataDir: string): Promise<number> => {
  const script = `const { startPostgres } = await import(process.argv[1]);
    const server = await startPostgres({ dataDir: process.argv[2] });
    console.log(server.pid);
    setInterval(() => {}, 1000);`;
  const entry = new URL('../dist/index.js', import.meta.url).href;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script, entry, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(parent.stdout, 'data');
  parent.kill('SIGKILL');
  await once(parent, 'exit');
  const pid = Number(String(line).trim());
  expect(readFileSync(join(dataDir, 'cluster', 'postmaster.pid'), 'utf8')).toContain(String(pid));
  return pid;
};
