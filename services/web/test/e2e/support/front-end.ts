import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const SERVER = fileURLToPath(new URL('../../../.next/standalone/services/web/server.js', import.meta.url));
const LONGEST_MS = 60_000;

/** Asks until it holds. Throws an Error that says what was waited for. */
export const until = async (what: string, holds: () => Promise<boolean> | boolean): Promise<void> => {
  for (const end = performance.now() + LONGEST_MS; !(await holds()); await sleep(20)) {
    if (performance.now() > end) throw new Error(`waited ${LONGEST_MS / 1_000} s for ${what}`);
  }
};

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

/** The front end alone, as it was built: a process, with no platform behind it. */
export class FrontEnd {
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  said = '';

  private constructor(
    readonly url: string,
    private readonly child: ChildProcess,
  ) {
    this.ended = once(child, 'close').then(([code, signal]) => ({ code, signal }));
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => (this.said += data));
  }

  /** Resolves once it is started, not when it is ready. */
  static async launch(variables: Readonly<Record<string, string>> = {}): Promise<FrontEnd> {
    const port = await freePort();
    const base = { NODE_ENV: 'production', HOSTNAME: '127.0.0.1', KEYTURN_BASE_URL: 'http://127.0.0.1:9' } as const;
    const env = { ...base, PORT: String(port), ...variables };
    return new FrontEnd(`http://127.0.0.1:${port}`, spawn(process.execPath, [SERVER], { env }));
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** What /readyz says; 0 = nobody answers. */
  async readiness(): Promise<number> {
    const answer = await fetch(`${this.url}/readyz`).catch(() => undefined);
    await answer?.body?.cancel();
    return answer?.status ?? 0;
  }

  /** Throws an Error with what it said when it ends instead. */
  async ready(): Promise<void> {
    await until('the front end is ready', async () => {
      if (!this.running) throw new Error(`it ended: ${this.said}`);
      return (await this.readiness()) === 200;
    });
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  async kill(): Promise<void> {
    if (this.running) this.signal('SIGKILL');
    await this.ended;
  }
}
