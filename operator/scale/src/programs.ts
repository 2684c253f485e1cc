import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { FleetOptions, FleetPod } from './fleet.js';

/** As in the NODE_OPTIONS of the operator's image. */
export const OPERATOR_FLAGS = ['--max-old-space-size=96', '--max-semi-space-size=4'];

/** The processes of a measurement; none outlives it. */
export class Programs {
  private readonly all: ChildProcess[] = [];

  private start(file: string, args: readonly string[], execArgv: readonly string[]): ChildProcess {
    const path = fileURLToPath(new URL(file, import.meta.url));
    const child = fork(path, args, { execArgv: [...execArgv], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.all.push(child);
    return child;
  }

  /** `args`: see replica.ts. */
  operator(args: readonly string[]): ChildProcess & { readonly pid: number } {
    return this.start('./replica.js', args, OPERATOR_FLAGS) as ChildProcess & { readonly pid: number };
  }

  /** Resolves when every pod's port listens. */
  async fleet(pods: readonly FleetPod[], options: FleetOptions): Promise<ChildProcess> {
    const fleet = this.start('./fleet-process.js', [], []);
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
