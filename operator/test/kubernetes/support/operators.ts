import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { EngineEvent } from '../../../src/engine/index.js';
import type { Connection } from '../../../src/kubernetes/api/index.js';
import { runKubernetesOperator } from '../../../src/kubernetes/process/run-operator.js';
import type { CommandResult } from '../../support/processes.js';
import type { ClusterStage } from './cluster-stage.js';

const KEYTURN = fileURLToPath(new URL('../../../bin/keyturn.mjs', import.meta.url));

/** As shipped, five times as fast, so that tests see leaders change. */
export const FAST_LEASE = { leaseMs: 3_000, renewMs: 2_000, retryMs: 300 };
export const FAST_PACE = { idleMs: 1_000, heldMs: 500 };

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** A replica of the operator inside this process. */
export class Replica {
  readonly events: EngineEvent[] = [];
  /** What it died of, if it did. */
  failed: unknown;
  private readonly stopped = new AbortController();
  private running: Promise<void> = Promise.resolve();

  private constructor(readonly url: string) {}

  static async start(
    connection: Connection,
    namespace: string,
    observe?: (event: EngineEvent) => void | Promise<void>,
  ): Promise<Replica> {
    const port = await freePort();
    const replica = new Replica(`http://127.0.0.1:${port}`);
    const options = {
      connection: { ...connection, close: () => undefined },
      namespace,
      host: '127.0.0.1',
      managementPort: port,
      logLevel: 'silent',
      leaseTimes: FAST_LEASE,
      pace: FAST_PACE,
      observe: async (event: EngineEvent) => {
        replica.events.push(event);
        await observe?.(event);
      },
    };
    replica.running = runKubernetesOperator(options, replica.stopped.signal).catch((error: unknown) => {
      replica.failed = error;
    });
    return replica;
  }

  get leads(): boolean {
    return this.events.length > 0;
  }

  async stop(): Promise<void> {
    this.stopped.abort();
    await this.running;
  }
}

/** Runs one `keyturn` command as a person would, off a terminal, with the cluster's kubeconfig. */
export async function keyturnIn(
  stage: ClusterStage,
  namespace: string,
  args: readonly string[],
  program: string = KEYTURN,
): Promise<CommandResult> {
  const where = program === KEYTURN ? ['--kubernetes', '--namespace', namespace] : ['--namespace', namespace];
  const env = { ...process.env, ...stage.plane.env };
  const child = spawn(process.execPath, [program, ...where, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => (stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (stderr += String(chunk)));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}
