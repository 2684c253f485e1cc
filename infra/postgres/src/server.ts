import { mkdirSync, realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { serverAccount } from './account.js';
import { findBinaries } from './binaries.js';
import { openCluster, removeCluster, SUPERUSER } from './cluster.js';
import { createDatabase } from './databases.js';
import { freePort } from './free-port.js';
import { launchPostmaster, PortTakenError, type RunningPostmaster } from './launch.js';
import { stopPostmaster } from './postmaster.js';
import { makeTemporaryDir } from './temporary.js';
import type { PostgresOptions, PostgresServer, RestartOptions } from './types.js';

const PORT_ATTEMPTS = 20;

/**
 * Starts PostgreSQL on 127.0.0.1 and resolves when it accepts connections. It runs in a session of its own: a Ctrl-C in
 * the terminal reaches the caller, who stops it in order. One that an earlier caller left behind on the same `dataDir` is
 * stopped first.
 *
 * Throws an Error that says what to do: no binaries for this platform, initdb's own message, a port that is taken.
 */
export const startPostgres = async (options: PostgresOptions = {}): Promise<PostgresServer> => {
  const temporary = options.dataDir === undefined;
  const wanted = options.dataDir === undefined ? await makeTemporaryDir() : resolve(options.dataDir);
  mkdirSync(wanted, { recursive: true, mode: 0o711 });
  const dataDir = realpathSync(wanted);
  const durable = options.durable ?? !temporary;
  const account = serverAccount();
  const binaries = findBinaries(account);
  const cluster = await openCluster(dataDir, binaries, account, durable);

  const log = options.log ?? join(dataDir, 'postgres.log');
  const launchOn = (port: number) => launchPostmaster({ binaries, account, cluster: cluster.dir, port, log, durable });
  let { port, running } = await launchWithPort(launchOn, options.port);

  const adminUrl = (): string => `postgres://${SUPERUSER}:${cluster.password}@127.0.0.1:${port}/postgres`;
  const down = async (how: 'fast' | 'crash'): Promise<void> => {
    await stopPostmaster(running.pid, () => running.exited(), how);
    running.release();
  };
  return {
    get pid() {
      return running.pid;
    },
    get port() {
      return port;
    },
    dataDir,
    url: (database) => adminUrl().replace(/postgres$/, encodeURIComponent(database)),
    createDatabase: (name) => createDatabase(adminUrl(), name),
    async restart({ how = 'fast', whileDown }: RestartOptions = {}) {
      await down(how);
      await whileDown?.();
      ({ port, running } = await launchWithPort(launchOn, port));
    },
    async stop() {
      await down('fast');
      if (temporary) await removeCluster(dataDir);
    },
  };
};

interface Launched {
  readonly port: number;
  readonly running: RunningPostmaster;
}

/** A port of our choice may be taken between choosing and listening: choose again. A given one may still be closing. */
const launchWithPort = async (launchOn: (port: number) => Promise<RunningPostmaster>, given?: number) => {
  for (let attempt = 1; ; attempt += 1) {
    const port = given ?? (await freePort());
    try {
      return { port, running: await launchOn(port) } satisfies Launched;
    } catch (error) {
      if (!(error instanceof PortTakenError) || attempt >= PORT_ATTEMPTS) throw error;
      if (given !== undefined) await sleep(150);
    }
  }
};
