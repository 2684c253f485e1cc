import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Receipt } from '@keyturn/keyring';
import type { Candidate } from './candidates.js';

/** What the contract of a pod gives to its process. */
export interface PodVariables {
  readonly KEYTURN_RING_URLS: string;
  readonly KEYTURN_STATE_DIR: string;
  readonly KEYTURN_POD_UID: string;
  readonly [name: string]: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** The JSON of the body, or its text. */
  readonly body: unknown;
}

const DEADLINE_MS = 30_000;

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

/** A candidate as a process, and its two ports. */
export class Running {
  private said = '';

  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
    readonly managementUrl: string,
  ) {
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (data: Buffer) => (this.said += String(data)));
  }

  /** Resolves once the management port answers. */
  static async start(candidate: Candidate, variables: PodVariables): Promise<Running> {
    const [port, managementPort] = [await freePort(), await freePort()];
    const env = {
      KEYTURN_DRAIN_WINDOW: '300ms',
      ...candidate.environment,
      ...variables,
      HOST: '127.0.0.1',
      PORT: String(port),
      MANAGEMENT_PORT: String(managementPort),
    };
    const child = spawn(candidate.program, candidate.args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const running = new Running(child, `http://127.0.0.1:${port}`, `http://127.0.0.1:${managementPort}`);
    await running.until('both ports answer', async () => {
      await running.manage('/livez');
      await running.call('/api/nobody/reports/access');
      return true;
    });
    return running;
  }

  /** Waits until `holds`; an error of it counts as false. Throws with the output of the process when it takes too long. */
  async until(what: string, holds: () => Promise<boolean>): Promise<void> {
    const deadline = performance.now() + DEADLINE_MS;
    while (!(await holds().catch(() => false))) {
      if (this.child.exitCode !== null) throw new Error(`the process ended before ${what}:\n${this.said}`);
      if (performance.now() > deadline) throw new Error(`not within ${DEADLINE_MS} ms: ${what}\n${this.said}`);
      await sleep(50);
    }
  }

  ready(): Promise<boolean> {
    return this.manage('/readyz').then(({ status }) => status === 200);
  }

  untilReady(): Promise<void> {
    return this.until('the process is ready', () => this.ready());
  }

  async receipt(ring: string, atLeast?: number): Promise<Receipt> {
    const { body } = await this.manage(
      `/keyturn/v1/rings/${ring}${atLeast === undefined ? '' : `?atLeast=${atLeast}`}`,
    );
    return body as Receipt;
  }

  async canary(ring: string, credential: string): Promise<{ accepted: boolean; kid?: string; reason?: string }> {
    const { body } = await this.manage(`/keyturn/v1/rings/${ring}/canary`, {
      method: 'POST',
      body: JSON.stringify({ credential }),
    });
    return body as { accepted: boolean; kid?: string; reason?: string };
  }

  /** A call of the management port. */
  manage(path: string, init: RequestInit = {}): Promise<Answer> {
    return this.send(this.managementUrl, path, init);
  }

  /** A call of a guarded route. */
  call(path: string, token?: string, headers: Record<string, string> = {}): Promise<Answer> {
    const bearer = token === undefined ? {} : { authorization: `Bearer ${token}` };
    return this.send(this.url, path, { headers: { ...bearer, ...headers } });
  }

  /** As a crash. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** As the kubelet does it. The exit code. */
  async terminate(): Promise<number | null> {
    return this.end('SIGTERM');
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  output(): string {
    return this.said;
  }

  private async end(signal: NodeJS.Signals): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const exit = once(this.child, 'exit');
      this.child.kill(signal);
      await exit;
    }
    return this.child.exitCode;
  }

  private async send(base: string, path: string, init: RequestInit): Promise<Answer> {
    const response = await fetch(`${base}${path}`, { ...init, signal: AbortSignal.timeout(15_000) });
    return { status: response.status, headers: response.headers, body: parsed(await response.text()) };
  }
}
