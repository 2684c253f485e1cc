import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { createBackOff } from './back-off.js';
import { removeConsumer, type RingRole, writeConsumer } from './consumer-file.js';
import type { ProcessIdentity } from './identity.js';
import { atGate, OPEN } from './gate.js';
import { openLog } from './log-file.js';
import { watchReadiness } from './readiness.js';
import type { ProcessRecords } from './records.js';

/** What a pod runs. */
export interface PodSpec {
  readonly name: string;
  /** Service that it is a process of; omitted: it is not behind the one address. */
  readonly service?: string;
  /** Program and its arguments. */
  readonly program: readonly string[];
  /** Address of the service; of the management port where there is no service. */
  readonly url: string;
  readonly managementUrl: string;
  /** Rings that it takes part in; omitted: it is no consumer. */
  readonly rings?: Readonly<Record<string, RingRole>>;
  readonly log: string;
  /** The whole environment of the process. */
  env(pod: { readonly uid: string; readonly dir: string }): Record<string, string>;
}

/** Where pods keep their things. */
export interface PodPlaces {
  readonly stateDir: string;
  readonly podsDir: string;
  readonly records: ProcessRecords;
}

/** `down`: no process (crashed and waiting, or held); `gone`: the pod was removed. */
export type PodPhase = 'starting' | 'ready' | 'not ready' | 'stopping' | 'down' | 'gone';

/** A crash that happens after this long is not counted with earlier ones. */
const PROVED_ITSELF_MS = 5_000;
/** Longer than a service's own deadline for a shutdown in order. */
const STOP_GRACE_MS = 10_000;

/**
 * One pod: a process, and its successors after a crash, with the same uid and the same files. The launcher is to it what
 * a kubelet is.
 */
export class Pod {
  phase: PodPhase = 'down';
  /** Processes that were started in this pod. */
  starts = 0;
  uid = randomUUID() as string;
  process: ProcessIdentity | undefined;
  /** Processes in a row that ended, unasked, without ever having been ready. */
  failedStarts = 0;
  /** Why no process could be started, such as a full disk. */
  trouble: Error | undefined;

  private readonly backOff = createBackOff();
  private child: ChildProcess | undefined;
  private wanted = false;
  private watching = new AbortController();
  private restartTimer: NodeJS.Timeout | undefined;
  private proofTimer: NodeJS.Timeout | undefined;

  constructor(
    readonly spec: PodSpec,
    private readonly places: PodPlaces,
    private readonly changed: (pod: Pod) => void,
  ) {}

  get name(): string {
    return this.spec.name;
  }

  /**
   * Starts a process in this pod unless one runs. Its consumer file is there before it is, and it does nothing before the
   * file names it. What goes wrong here counts as a crash.
   */
  start(): void {
    this.wanted = true;
    clearTimeout(this.restartTimer);
    if (this.child) return;
    try {
      if (this.starts === 0) this.announce(null);
      const child = this.spawn();
      this.child = child;
      this.starts += 1;
      child.once('exit', () => this.ended());
      this.writeDown(child);
    } catch (error) {
      this.trouble = error as Error;
      if (!this.child) this.ended();
      return;
    }
    this.trouble = undefined;
    this.enter('starting');
    this.watching = new AbortController();
    void watchReadiness(this.spec.managementUrl, this.watching.signal, (ready) => this.readinessChanged(ready));
  }

  /** Sends a signal to the process, which is restarted like any that crashes. Resolves when it has ended. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const { child } = this;
    if (!child) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }

  /** Ends the process and keeps the pod without one until `start`. */
  async hold(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    this.wanted = false;
    clearTimeout(this.restartTimer);
    const { child } = this;
    if (!child) return;
    const ended = once(child, 'exit');
    if (signal === 'SIGTERM') this.enter('stopping');
    child.kill(signal);
    const insist = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS);
    await ended;
    clearTimeout(insist);
  }

  /** Ends the process for good: no consumer, no files. */
  async remove(): Promise<void> {
    await this.hold();
    removeConsumer(this.places.stateDir, this.name);
    rmSync(join(this.places.podsDir, this.uid), { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
    this.enter('gone');
  }

  /** Another pod under the same name, as a rollout makes it: a new uid, nothing in its own directory. */
  async replace(): Promise<void> {
    await this.remove();
    this.uid = randomUUID();
    this.starts = 0;
    this.backOff.reset();
    this.start();
  }

  private spawn(): ChildProcess {
    const dir = join(this.places.podsDir, this.uid);
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    const log = openLog(this.spec.log, this.starts === 0 ? 'fresh' : 'append');
    try {
      const [gate, ...args] = atGate(this.spec.program);
      return spawn(gate, args, {
        env: this.spec.env({ uid: this.uid, dir }),
        stdio: ['ignore', log, log, 'pipe'],
        detached: true,
      });
    } finally {
      closeSync(log);
    }
  }

  /** Writes down who the process is, then opens its gate. A process that cannot be written down must not be. */
  private writeDown(child: ChildProcess): void {
    child.on('error', () => undefined);
    const gate = child.stdio[3] as Writable;
    gate.on('error', () => undefined);
    try {
      if (child.pid === undefined) throw new Error('the process could not be started');
      this.process = this.places.records.add(this.name, child.pid);
      if (this.process) this.announce(this.process);
      gate.end(OPEN);
    } catch (error) {
      gate.destroy();
      child.kill('SIGKILL');
      if (child.pid === undefined) this.child = undefined;
      throw error;
    }
  }

  private announce(identity: ProcessIdentity | null): void {
    const { name, service = name, managementUrl, rings } = this.spec;
    if (!rings) return;
    writeConsumer(this.places.stateDir, { name, service, podUid: this.uid, managementUrl, rings }, identity);
  }

  private readinessChanged(ready: boolean): void {
    clearTimeout(this.proofTimer);
    if (this.phase === 'stopping') return;
    if (ready) this.failedStarts = 0;
    if (ready) this.proofTimer = setTimeout(() => this.backOff.reset(), PROVED_ITSELF_MS);
    this.enter(ready ? 'ready' : 'not ready');
  }

  private ended(): void {
    this.watching.abort();
    if (this.wanted && this.phase !== 'ready') this.failedStarts += 1;
    clearTimeout(this.proofTimer);
    this.child = undefined;
    this.process = undefined;
    this.places.records.remove(this.name);
    if (this.wanted) this.restartTimer = setTimeout(() => this.start(), this.backOff.next());
    this.enter('down');
  }

  private enter(phase: PodPhase): void {
    this.phase = phase;
    this.changed(this);
  }
}
