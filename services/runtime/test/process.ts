import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** The fixture service as a real process. It needs the built files of the runtime (`npx tsc -b services/runtime`). */
export class FixtureProcess {
  readonly log: Record<string, unknown>[] = [];
  readonly code: Promise<number | null>;
  stderr = '';
  readonly #process: ChildProcess;

  constructor(environment: Readonly<Record<string, string>> = {}) {
    const file = fileURLToPath(new URL('fixture-service.mjs', import.meta.url));
    const defaults = { PORT: '0', MANAGEMENT_PORT: '0', HOST: '127.0.0.1' };
    this.#process = spawn(process.execPath, [file], {
      env: { ...defaults, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.code = once(this.#process, 'close').then(([code]) => code as number | null);
    this.#process.stderr?.on('data', (chunk) => (this.stderr += chunk));
    if (!this.#process.stdout) throw new Error('the process has no output');
    createInterface({ input: this.#process.stdout }).on('line', (line) => this.log.push(JSON.parse(line)));
  }

  signal(name: NodeJS.Signals): void {
    this.#process.kill(name);
  }

  /** The first line with this message; fails when the process ends without it. */
  said(message: string): Promise<Record<string, unknown>> {
    return this.logged(`"${message}"`, ({ msg }) => msg === message);
  }

  /** The first line that is looked for: what is logged may arrive after the answer. Fails when the process ends without it. */
  async logged(what: string, isIt: (line: Record<string, unknown>) => boolean): Promise<Record<string, unknown>> {
    for (;;) {
      const line = this.log.find(isIt);
      if (line) return line;
      if (this.#process.exitCode !== null) throw new Error(`it ended without ${what}: ${this.stderr}`);
      await sleep(20);
    }
  }

  async url(): Promise<string> {
    return String((await this.said('listening'))['url']);
  }

  async managementUrl(): Promise<string> {
    return String((await this.said('listening'))['managementUrl']);
  }
}
