import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A real process of this service, from its built files (`npx tsc -b services/tasks`). */
export class Child {
  readonly log: Record<string, unknown>[] = [];
  readonly ended: Promise<Ended>;
  stderr = '';
  readonly #process: ChildProcess;

  constructor(entry: 'main' | 'migrate', environment: Readonly<Record<string, string>>) {
    const file = fileURLToPath(new URL(`../dist/${entry}.js`, import.meta.url));
    this.#process = spawn(process.execPath, [file], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
    this.ended = once(this.#process, 'close').then(([code, signal]) => ({ code, signal }) as Ended);
    this.#process.stderr?.on('data', (chunk) => (this.stderr += chunk));
    if (!this.#process.stdout) throw new Error('the process has no output');
    createInterface({ input: this.#process.stdout }).on('line', (line) => this.log.push(JSON.parse(line)));
  }

  get running(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  signal(name: NodeJS.Signals): void {
    this.#process.kill(name);
  }

  /** The first line that fits. Rejects when the process ends without it. */
  async logged(fits: (line: Record<string, unknown>) => boolean): Promise<Record<string, unknown>> {
    for (;;) {
      const line = this.log.find(fits);
      if (line) return line;
      if (!this.running) throw new Error(`the process ended early: ${this.stderr}${JSON.stringify(this.log)}`);
      await sleep(20);
    }
  }

  said(message: string): Promise<Record<string, unknown>> {
    return this.logged(({ msg }) => msg === message);
  }

  async addresses(): Promise<{ url: string; managementUrl: string }> {
    const { url, managementUrl } = await this.said('listening');
    return { url: String(url), managementUrl: String(managementUrl) };
  }

  async kill(): Promise<void> {
    if (this.running) this.signal('SIGKILL');
    await this.ended;
  }
}

/** Waits until the condition holds; the test's own timeout is the limit. */
export const until = async (condition: () => Promise<boolean> | boolean): Promise<void> => {
  while (!(await condition())) await sleep(20);
};
