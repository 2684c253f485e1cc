import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** Shorter than a test may take, so that the wait that fails is named. */
const LONGEST_MS = 45_000;
const PAUSE_MS = 20;

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

  /** The first line that fits. Rejects when the process ends without it, or it does not come. */
  async logged(what: string, fits: (line: Record<string, unknown>) => boolean): Promise<Record<string, unknown>> {
    const known = (): string => `${this.stderr}${JSON.stringify(this.log)}`;
    for (const end = performance.now() + LONGEST_MS; ; ) {
      const line = this.log.find(fits);
      if (line) return line;
      if (!this.running) throw new Error(`the process ended early: ${known()}`);
      if (performance.now() > end) throw new Error(`waited ${LONGEST_MS / 1_000} s for ${what}: ${known()}`);
      await sleep(PAUSE_MS);
    }
  }

  said(message: string): Promise<Record<string, unknown>> {
    return this.logged(`its line "${message}"`, ({ msg }) => msg === message);
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

/** Asks until it holds. Throws an Error that says what was waited for. */
export const until = async (what: string, holds: () => Promise<boolean> | boolean): Promise<void> => {
  const end = performance.now() + LONGEST_MS;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`waited ${LONGEST_MS / 1_000} s for ${what}`);
    await sleep(PAUSE_MS);
  }
};
