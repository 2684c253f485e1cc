import { KeyringError } from '@keyturn/keyring';
import type { CanaryResult, Receipt } from '@keyturn/keyring';
import { type RingDocument, toPublicDocument } from '@keyturn/keyring/document';
import { type ConsumerListing, type Driver, type ProcessClient, runEngine } from '@keyturn/operator/engine';
import { canaryMac } from '@keyturn/operator/keys';
import type { Cluster } from './cluster.js';
import { digest } from './digest.js';
import type { SimulatedProcess } from './process.js';
import { REAL } from './settings.js';

const never = (): Promise<never> => new Promise(() => undefined);

/** One life of an operator: the real engine on a driver in memory. Ended, it never hears of anything again. */
export class SimulatedOperator {
  pausedUntil = 0;
  readonly #stop = new AbortController();
  readonly #offset: number;
  #oldList: { readonly at: number; readonly pods: readonly ConsumerListing[] } | undefined;

  constructor(
    private readonly cluster: Cluster,
    readonly name: string,
  ) {
    this.#offset = cluster.random.between(-REAL.clockErrorMs, REAL.clockErrorMs);
  }

  run(): void {
    const { cluster, name } = this;
    const now = (): number => cluster.time.now + this.#offset;
    const observe = ({ event }: { readonly event: string }): void => {
      if (event === 'step-written' || event === 'conflict') cluster.note(`${name} ${event}`);
    };
    void runEngine({ driver: this.#driver(), processes: this.#processes(), now, observe }, this.#stop.signal);
  }

  crash(): void {
    this.cluster.note(`${this.name} crashes`);
    this.#stop.abort();
  }

  /** Half a call: time passes, and with it perhaps a pause, or the end of this life. */
  async #pass(): Promise<void> {
    const { time, random, weather } = this.cluster;
    await time.sleep(random.between(1, weather.callMs));
    while (time.now < this.pausedUntil) await time.sleep(this.pausedUntil - time.now);
    if (this.#stop.signal.aborted) await never();
  }

  async #call<T>(what: () => T): Promise<T> {
    const { time, random, weather } = this.cluster;
    await this.#pass();
    const fails = time.now < this.cluster.apiDownUntil || random.chance(weather.callFails);
    if (fails) throw new KeyringError('ERR_TRUTH_UNREADABLE', 'the API server does not answer');
    const result = what();
    await this.#pass();
    if (random.chance(weather.answerLost)) throw new KeyringError('ERR_TRUTH_UNREADABLE', 'the answer was lost');
    return result;
  }

  #write(document: RingDocument): void {
    const { cluster } = this;
    const before = cluster.truth;
    const isFirst = before.generation === document.generation - 1;
    if (!isFirst && cluster.bug !== 'compare-and-swap')
      throw new KeyringError('ERR_TRUTH_CONFLICT', 'somebody was first');
    const ring = isFirst ? document : { ...document, generation: before.generation + 1 };
    cluster.commits += 1;
    cluster.history.push({ at: cluster.time.now, ring });
    cluster.note(`${this.name} writes ${cluster.say(ring)}`);
    cluster.oracle.committed(before, ring);
  }

  #project(document: RingDocument): void {
    const { cluster } = this;
    if (cluster.projection.generation < document.generation) cluster.projection = toPublicDocument(document);
  }

  #driver(): Driver {
    const { cluster } = this;
    const truth: Driver['truth'] = {
      read: () => this.#call(() => cluster.truth),
      list: () => this.#call(() => ['ring']),
      write: (document) => this.#call(() => this.#write(document)),
      project: (document) => this.#call(() => this.#project(document)),
      readProjection: () => this.#call(() => cluster.projection),
      recover: () => Promise.reject(new Error('nothing is ever lost here')),
    };
    return {
      truth,
      rings: () => this.#call(() => ['ring']),
      policy: () => this.#call(() => ({ policy: cluster.policy })),
      consumers: () => this.#call(() => this.#list()),
      requests: () => this.#call(() => [...cluster.requests]),
      forget: ({ id }) =>
        this.#call(() => {
          const index = cluster.requests.findIndex((request) => request.id === id);
          if (index >= 0) cluster.requests.splice(index, 1);
        }),
      runs: () => this.#call(() => [...cluster.runs.values()]),
      putRun: (run) => this.#call(() => void cluster.runs.set(run.id, run)),
      removeRun: ({ id }) => this.#call(() => void cluster.runs.delete(id)),
      putStatus: () => this.#call(() => undefined),
      changed: async (ms, signal) => {
        await cluster.time.sleep(Math.max(50, ms), signal);
        if (this.#stop.signal.aborted) await never();
      },
    };
  }

  #list(): readonly ConsumerListing[] {
    const { bug, pods, time } = this.cluster;
    const listed = [...pods.values()]
      .filter(({ process }) => bug !== 'count-not-ready' || process?.ready)
      .filter(({ role }) => bug !== 'count-issuers' || role !== 'issuer')
      .map(({ uid, role, reported }) => ({ name: uid, podUid: uid, role, managementUrl: uid, state: reported }));
    if (bug !== 'fresh-evidence') return listed;
    if (!this.#oldList || time.now - this.#oldList.at > 30_000) this.#oldList = { at: time.now, pods: listed };
    return this.#oldList.pods;
  }

  #processes(): ProcessClient {
    const answering = async <T>(
      uid: string,
      answer: (process: SimulatedProcess) => Promise<T> | T,
    ): Promise<T | undefined> => {
      await this.#pass();
      const { pods, time, random } = this.cluster;
      const process = pods.get(uid)?.process;
      const silentUntil = Math.max(process?.hungUntil ?? 0, process?.pod.silentUntil ?? 0);
      if (!process?.alive || time.now < silentUntil || random.chance(0.02)) return undefined;
      const result = await answer(process);
      await this.#pass();
      return result;
    };
    return {
      receipt: ({ podUid }, ring, atLeast) =>
        answering(podUid, async (process) => {
          await process.catchUp(atLeast);
          return process.alive ? this.#receipt(process, ring, atLeast) : undefined;
        }),
      canary: ({ podUid }, _ring, credential) => answering(podUid, (process) => this.#canary(process, credential)),
      document: ({ podUid }) => answering(podUid, ({ loaded }) => loaded && toPublicDocument(loaded)),
    };
  }

  #receipt(process: SimulatedProcess, ring: string, atLeast: number): Receipt {
    const { bug } = this.cluster;
    const { loaded, pod, bootId } = process;
    const memory = loaded?.generation ?? 0;
    const file = pod.file?.ring.generation ?? 0;
    return {
      ring,
      ringId: this.cluster.truth.ringId,
      role: pod.role,
      loaded: bug === 'proof' ? Math.max(memory, atLeast) : bug === 'loaded-counts' ? file : memory,
      durable: bug === 'proof' ? Math.max(file, atLeast) : bug === 'durable-counts' ? memory : file,
      kids: [],
      digest: bug === 'proof' || bug === 'loaded-counts' ? digest(this.cluster.truth) : loaded ? digest(loaded) : '',
      podUid: pod.uid,
      bootId,
    };
  }

  #canary({ loaded }: SimulatedProcess, credential: string): CanaryResult {
    if (this.cluster.bug === 'proof') return { accepted: true };
    const [nonce = '', mac] = credential.split('.');
    const key = loaded?.keys.find(({ kid, secret }) => {
      const isKnown = secret !== undefined && this.cluster.accepted(loaded).has(kid);
      return isKnown && canaryMac(secret, nonce) === mac;
    });
    return key ? { accepted: true, kid: key.kid } : { accepted: false, reason: 'no key made it' };
  }
}
