import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Platform } from '@keyturn/local';
import type { Fault } from '../ledger/fault.js';
import type { OperatorPoint } from './operator-points.js';

const MORTAL_OPERATOR = fileURLToPath(new URL('./mortal-operator.js', import.meta.url));
const REACH_MS = 120_000;
const LOOK_MS = 20;
const QUICK_MS = 1_000;
/** A machine that is too slow for its users never answers quickly: then the outage does not excuse it. */
const BACKLOG_MS = 20_000;

/** Breaks parts of a platform, waits until they are back, and keeps account of it. */
export class Injector {
  readonly faults: Fault[] = [];

  constructor(private readonly platform: Platform) {}

  /** SIGKILL; the platform starts the process again. */
  async kill(name: string): Promise<void> {
    await this.#record({ name: `${name} killed`, kind: 'process', target: name }, async () => {
      await this.platform.kill(name);
      await this.platform.ready(name);
    });
  }

  /** Every process of a service is killed and stays away for `ms`. */
  async outage(service: 'auth' | 'tasks', ms: number): Promise<void> {
    const names = this.#processesOf(service);
    await this.#record({ name: `${service} down for ${ms / 1_000} s`, kind: 'service', target: service }, async () => {
      await Promise.all(names.map((name) => this.platform.hold(name, 'SIGKILL')));
      await sleep(ms);
      for (const name of names) this.platform.start(name);
      await this.platform.ready(...names);
      await this.#backlogIsGone();
    });
  }

  async restartDatabase(how: 'fast' | 'crash'): Promise<void> {
    const { postgres } = this.platform;
    if (!postgres) throw new Error('This platform has no database of its own to restart.');
    const name = how === 'crash' ? 'database crashed' : 'database restarted';
    await this.#record({ name, kind: 'database', target: 'postgres' }, async () => {
      await postgres.restart({ how });
      await this.#allReady();
    });
  }

  /** Another operator takes over, dies at this point, and the platform's own goes on from there. */
  async killOperatorAt(point: OperatorPoint, ring: string): Promise<void> {
    await this.platform.hold('operator', 'SIGKILL');
    const args = [MORTAL_OPERATOR, this.platform.places.state, ring, point];
    const mortal = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    const ended = once(mortal, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
    const late = setTimeout(() => mortal.kill('SIGTERM'), REACH_MS);
    const [code, signal] = await ended;
    clearTimeout(late);
    if (signal !== 'SIGKILL') throw new Error(`The operator did not come to ${point} of ${ring}: ${signal ?? code}`);
    await this.#record({ name: `operator killed at ${point} of ${ring}`, kind: 'operator', target: ring }, async () => {
      this.platform.start('operator');
      await this.platform.ready('operator');
    });
  }

  /** A rollout, process by process: in order, so it is no fault and excuses nothing. */
  async rollOut(service: 'auth' | 'tasks'): Promise<void> {
    for (const name of this.#processesOf(service)) {
      await this.platform.replace(name);
      await this.platform.ready(name);
    }
  }

  #processesOf(service: string): string[] {
    return this.platform
      .processes()
      .map(({ name }) => name)
      .filter((name) => name.startsWith(`${service}-`));
  }

  /** After an outage everybody comes back at once; it is over when a sign-in is answered as quickly as ever. */
  async #backlogIsGone(): Promise<void> {
    const { url } = this.platform;
    const body = JSON.stringify({ email: 'nobody@example.org', password: 'not a password of anybody' });
    const headers = { 'content-type': 'application/json', origin: url };
    const until = performance.now() + BACKLOG_MS;
    while (performance.now() < until) {
      const begun = performance.now();
      const answer = await fetch(new URL('/api/auth/sign-in/email', url), { method: 'POST', headers, body }).catch(
        () => undefined,
      );
      await answer?.arrayBuffer();
      if (answer && answer.status < 500 && performance.now() - begun < QUICK_MS) return;
      await sleep(LOOK_MS);
    }
  }

  /** Asks every process itself, because the platform may not have noticed yet that one was not ready. */
  async #allReady(): Promise<void> {
    for (const { managementUrl, name } of this.platform.processes()) {
      if (name === 'operator') continue;
      while (!(await isReady(managementUrl))) await sleep(LOOK_MS);
    }
  }

  async #record(fault: Omit<Fault, 'from' | 'until'>, happen: () => Promise<void>): Promise<void> {
    const from = Date.now();
    await happen();
    this.faults.push({ ...fault, from, until: Date.now() });
  }
}

const isReady = (managementUrl: string): Promise<boolean> =>
  fetch(new URL('/readyz', managementUrl)).then(
    async (answer) => {
      await answer.arrayBuffer();
      return answer.ok;
    },
    () => false,
  );
