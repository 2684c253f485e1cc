import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Receipt } from '@keyturn/keyring';
import { digestOf } from '@keyturn/keyring';
import { activeKey, type PublicRingDocument, type RingDocument, toPublicDocument } from '@keyturn/keyring/document';
import { type EngineEvent, type ProcessClient, RingEngine, type Driver } from '../../src/engine/index.js';
import { readJson } from '../../src/local/json-files.js';
import { createLocalDriver, type LocalDriver } from '../../src/local/index.js';
import type { RingStatus, RunRecord } from '../../src/records/index.js';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

export const POLICY = {
  type: 'SharedSecret',
  algorithm: 'HS256',
  maxCredentialLifetime: '15m',
  clockSkew: '30s',
  clockError: '1s',
  rotation: { interval: '24h' },
};

/** One scripted process: real ones are in the tests with real processes; this one can be held at any generation. */
export interface ScriptedProcess {
  /** It loads nothing above; default: whatever it is asked for. */
  upTo?: number;
  durableUpTo?: number;
  silent?: boolean;
  /** Never answers, and notices nothing. */
  hangs?: boolean;
  refuses?: string;
  rowsLeft?: Record<string, number>;
  /** It has loaded this ring, whatever the truth is now. */
  holds?: PublicRingDocument;
  /** It does not serve that ring. */
  showsNothing?: boolean;
}

/**
 * An engine over real files, with a clock that is set by the test and processes that do as they are told. The driver's
 * faults are put in with `driver`.
 */
export class Stage {
  now = Date.parse('2030-01-01T00:00:00Z');
  readonly events: EngineEvent[] = [];
  readonly processes = new Map<string, ScriptedProcess>();
  /** Replaces methods of the shipped driver. */
  faults: Omit<Partial<Driver>, 'truth'> & { readonly truth?: Partial<Driver['truth']> } = {};
  private readonly closed = new AbortController();
  private readonly driver: LocalDriver;
  private engine: RingEngine;

  private constructor(
    readonly state: string,
    readonly ring: string,
  ) {
    this.driver = createLocalDriver(state, () => undefined);
    this.engine = this.newEngine();
  }

  static async open(ring = 'tokens', policy: unknown = POLICY): Promise<Stage> {
    const state = await mkdtemp(join(tmpdir(), 'keyturn-stage-'));
    for (const folder of ['rings', 'requests', 'consumers', 'runs']) await mkdir(join(state, folder));
    const stage = new Stage(state, ring);
    await stage.setPolicy(policy);
    return stage;
  }

  async close(): Promise<void> {
    this.closed.abort();
    this.driver.close();
    await rm(this.state, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }

  private newEngine(): RingEngine {
    const { driver } = this;
    const truth = new Proxy(driver.truth, {
      get: (target, name) =>
        this.faults.truth?.[name as keyof Driver['truth']] ?? target[name as keyof Driver['truth']],
    });
    const faulty = new Proxy(driver, {
      get: (target, name) => {
        if (name === 'truth') return truth;
        return this.faults[name as keyof typeof this.faults] ?? target[name as keyof Driver];
      },
    });
    const observe = (event: EngineEvent): void => void this.events.push(event);
    return new RingEngine({
      ring: this.ring,
      driver: faulty,
      processes: this.client(),
      now: () => this.now,
      observe,
      signal: this.closed.signal,
    });
  }

  /** The shipped driver without faults. */
  get real(): LocalDriver {
    return this.driver;
  }

  /** A new operator process: it remembers nothing. */
  restart(): void {
    this.engine = this.newEngine();
  }

  private client(): ProcessClient {
    const about = (name: string): ScriptedProcess => this.processes.get(name) ?? {};
    return {
      receipt: async ({ name, podUid, role }, ring, atLeast): Promise<Receipt | undefined> => {
        const { upTo = atLeast, durableUpTo = upTo, silent, hangs, rowsLeft, holds } = about(name);
        if (hangs) await new Promise(() => undefined);
        if (silent) return undefined;
        const loaded = holds?.generation ?? Math.min(upTo, atLeast);
        const document = await this.truth();
        return {
          ring,
          ringId: document.ringId,
          role,
          loaded,
          durable: holds?.generation ?? Math.min(durableUpTo, atLeast),
          kids: [],
          digest: digestOf(toPublicDocument(document)),
          podUid,
          bootId: `boot-${name}`,
          ...(rowsLeft && { rowsLeft }),
        };
      },
      canary: async ({ name }) => {
        const { refuses } = about(name);
        return refuses === undefined ? { accepted: true } : { accepted: false, reason: refuses };
      },
      document: async ({ name }) => (about(name).showsNothing ? undefined : about(name).holds),
    };
  }

  setPolicy(policy: unknown): Promise<void> {
    const text = typeof policy === 'string' ? policy : JSON.stringify(policy);
    return writeFile(join(this.state, 'rings', `${this.ring}.json`), text);
  }

  async consumer(
    name: string,
    role: 'issuer' | 'verifier' | 'holder',
    pid: number | null = process.pid,
    startTime: string | null = null,
  ): Promise<void> {
    const rings = { [this.ring]: role };
    const service = name.replace(/-\d+$/, '');
    const record = { name, service, pid, startTime, podUid: `pod-${name}`, managementUrl: 'http://127.0.0.1:9', rings };
    await writeFile(join(this.state, 'consumers', `${name}.json`), JSON.stringify(record));
  }

  removeConsumer(name: string): Promise<void> {
    return rm(join(this.state, 'consumers', `${name}.json`));
  }

  async request(id: string, what: object): Promise<void> {
    const requestedAt = new Date(this.now).toISOString();
    const record = { id, ring: this.ring, requestedAt, requestedBy: 'test', ...what };
    await writeFile(join(this.state, 'requests', `${id}.json`), JSON.stringify(record));
  }

  turn(): Promise<number> {
    return this.engine.turn();
  }

  /** Turns until nothing more is written. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 40; turn++) if ((await this.engine.turn()) > 0) return;
    throw new Error('the engine does not settle');
  }

  async truth(): Promise<RingDocument> {
    const ring = await this.driver.truth.read(this.ring);
    if (!ring) throw new Error('there is no ring');
    return ring;
  }

  async activeKid(): Promise<string | undefined> {
    return activeKey((await this.truth()).keys)?.kid;
  }

  async run(id: string): Promise<RunRecord> {
    return (await readJson(join(this.state, 'runs', `${id}.json`))) as RunRecord;
  }

  async status(): Promise<RingStatus> {
    return (await readJson(join(this.state, 'status', `${this.ring}.json`))) as RingStatus;
  }

  async condition(type: 'Ready' | 'Progressing' | 'Stalled') {
    return (await this.status()).conditions.find((one) => one.type === type);
  }

  /** Steps written so far, in order. */
  steps(): string[] {
    return this.events.flatMap((event) => (event.event === 'step-written' ? [event.step] : []));
  }
}
