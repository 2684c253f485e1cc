import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createFileTruthReader, createRingNode, type RingNode, type RingRole } from '@keyturn/keyring';
import { createManagementServer, type ManagementServer } from '@keyturn/keyring/management';

const KEYTURN = fileURLToPath(new URL('../../bin/keyturn.mjs', import.meta.url));

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one `keyturn` command as a person would, off a terminal. */
export async function keyturn(state: string, args: readonly string[], input = ''): Promise<CommandResult> {
  const child = spawn(process.execPath, [KEYTURN, '--state', state, ...args], { stdio: 'pipe' });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => (stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (stderr += String(chunk)));
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

export interface OperatorProcess {
  readonly child: ChildProcess;
  readonly url: string;
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** A real operator process over a state directory; resolves when its management port listens. */
export async function startOperator(state: string): Promise<OperatorProcess> {
  const args = [KEYTURN, '--state', state, 'operator', '--management-port', '0'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const url = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += String(chunk);
      const port = /"managementPort":(\d+)/.exec(text)?.[1];
      if (port) resolve(`http://127.0.0.1:${port}`);
    });
    child.once('exit', (code) => reject(new Error(`the operator ended with ${code}`)));
  });
  const stop = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  };
  return { child, url, stop };
}

/** A consumer inside this process: a real ring node behind a real management port, listed as the launcher would. */
export class Consumer {
  private constructor(
    readonly node: RingNode,
    private readonly management: ManagementServer,
    private readonly listing: string,
  ) {}

  static async start(
    state: string,
    name: string,
    role: RingRole,
    urls: readonly string[],
    ring = 'tokens',
  ): Promise<Consumer> {
    const node = createRingNode({
      ring,
      role,
      stateDir: join(state, 'pods', name),
      podUid: `pod-${name}`,
      pollMs: 200,
      ...(role === 'verifier' ? { urls } : { truth: createFileTruthReader(join(state, 'truth')) }),
    });
    node.addCanaryVerifier(async () => ({ accepted: true }));
    const management = createManagementServer({ port: 0, host: '127.0.0.1', nodes: node });
    const { url } = await management.start();
    const listing = join(state, 'consumers', `${name}.json`);
    await mkdir(join(state, 'consumers'), { recursive: true });
    const record = { name, pid: process.pid, podUid: `pod-${name}`, managementUrl: url, rings: { [ring]: role } };
    await writeFile(listing, JSON.stringify(record));
    await node.start();
    return new Consumer(node, management, listing);
  }

  /** Its management port stops answering; the process lives on. */
  async cutReceipts(): Promise<void> {
    await this.management.stop();
  }

  async stop(): Promise<void> {
    await this.management.stop();
    await this.node.stop();
    await rm(this.listing, { force: true });
  }
}

/** Waits for something that has to become true; fails with a sentence when it does not. */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | undefined> | T | undefined,
  ms = 15_000,
): Promise<T> {
  const end = Date.now() + ms;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > end) throw new Error(`not within ${ms} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
