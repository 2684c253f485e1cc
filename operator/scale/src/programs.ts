import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { operatorEnvironment } from './environment.js';
import type { FleetOptions, FleetPod } from './fleet.js';

/** The processes of a measurement; none outlives it. */
export class Programs {
  private readonly all: ChildProcess[] = [];

  private start(file: string, args: readonly string[], env?: NodeJS.ProcessEnv): ChildProcess {
    const path = fileURLToPath(new URL(file, import.meta.url));
    const child = fork(path, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], ...(env && { env }) });
    this.all.push(child);
    return child;
  }

  /** With the variables of its image; `args`: see replica.ts. */
  operator(args: readonly string[]): ChildProcess & { readonly pid: number } {
    return this.start('./replica.js', args, operatorEnvironment()) as ChildProcess & { readonly pid: number };
  }

  /** Resolves when every pod's port listens. */
  async fleet(pods: readonly FleetPod[], options: FleetOptions): Promise<ChildProcess> {
    const fleet = this.start('./fleet-process.js', []);
    fleet.send({ pods, options });
    await Promise.race([
      once(fleet, 'message'),
      once(fleet, 'exit').then(() => Promise.reject(new Error('the fleet has ended'))),
    ]);
    return fleet;
  }

  async end(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  }

  async endAll(): Promise<void> {
    await Promise.all(this.all.map((child) => this.end(child)));
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
