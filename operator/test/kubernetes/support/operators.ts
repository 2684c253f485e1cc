import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EngineEvent } from '../../../src/engine/index.js';
import type { Connection } from '../../../src/kubernetes/api/index.js';
import { runKubernetesOperator } from '../../../src/kubernetes/process/run-replica.js';
import type { CommandResult } from '../../support/processes.js';
import type { ClusterStage } from './cluster-stage.js';

const PACKAGE = new URL('../../../', import.meta.url);
const KEYTURN = fileURLToPath(new URL('bin/keyturn.mjs', PACKAGE));

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

/** Runs one `keyturn` command as a person would, off a terminal, with the cluster's kubeconfig; `more` = environment. */
export function keyturnIn(
  stage: ClusterStage,
  namespace: string,
  args: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Promise<CommandResult> {
  const all = [KEYTURN, '--kubernetes', '--namespace', namespace, ...args];
  return runCommand(process.execPath, all, { ...process.env, ...stage.plane.env, ...more });
}

/** The same through kubectl, which finds the plugin as npm has put it on the path. */
export async function kubectlKeyturn(
  stage: ClusterStage,
  namespace: string,
  args: readonly string[],
): Promise<CommandResult> {
  const { bin } = JSON.parse(await readFile(new URL('package.json', PACKAGE), 'utf8')) as {
    bin: Record<string, string>;
  };
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-bin-'));
  for (const [name, file] of Object.entries(bin))
    await symlink(fileURLToPath(new URL(file, PACKAGE)), join(folder, name));
  await symlink(process.execPath, join(folder, 'node'));
  const env = { ...process.env, ...stage.plane.env, PATH: `${folder}:${process.env.PATH}` };
  try {
    return await runCommand(stage.plane.kubectl, ['keyturn', '--namespace', namespace, ...args], env);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function runCommand(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<CommandResult> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => (stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (stderr += String(chunk)));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}
