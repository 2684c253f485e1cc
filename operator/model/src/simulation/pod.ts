import type { RingDocument } from '@keyturn/keyring/document';
import type { Cluster } from './cluster.js';
import { SimulatedProcess } from './process.js';

export type Role = 'issuer' | 'verifier';
type Reported = 'running' | 'notRunning' | 'neverStarted';

/** What a pod's process wrote last: the ring, and when it was last in touch with the truth. */
export interface OwnFile {
  readonly ring: RingDocument;
  readonly contactAt: number;
}

/** A Pod object: its own file, what is reported of it, and the process that runs in it, if any. */
export class Pod {
  file: OwnFile | undefined;
  reported: Reported = 'neverStarted';
  process: SimulatedProcess | undefined;
  deleted = false;
  diskFullUntil = 0;
  /** Its node does not reach the API server. */
  cutUntil = 0;
  /** ... nor does the operator reach it, while its users still do. */
  silentUntil = 0;
  #started = false;

  constructor(
    readonly cluster: Cluster,
    readonly uid: string,
    readonly role: Role,
  ) {
    cluster.pods.set(uid, this);
  }

  start(): void {
    if (this.deleted || this.process) return;
    this.#started = true;
    this.process = new SimulatedProcess(this);
    this.cluster.note(`${this.uid} starts`);
    void this.process.run();
    void this.#report();
  }

  crash(): void {
    if (!this.process) return;
    this.process.alive = false;
    this.process = undefined;
    this.cluster.note(`${this.uid} crashes`);
    void this.#report();
  }

  /** The object goes; the process may live on for a while when its node is cut off. */
  delete(outlivesMs: number): void {
    const { process, cluster } = this;
    this.deleted = true;
    cluster.pods.delete(this.uid);
    cluster.note(`${this.uid} is deleted${outlivesMs > 0 ? ', its process lives on' : ''}`);
    if (!process) return;
    void cluster.time.sleep(outlivesMs).then(() => {
      process.alive = false;
    });
  }

  /** Status reports lag by less than the 60 s that the rules allow for. */
  async #report(): Promise<void> {
    const { time, random, weather, bug } = this.cluster;
    const isStart = this.process !== undefined;
    await time.sleep(bug === 'report-lag' && isStart ? 200_000 : random.between(0, weather.reportLagMs));
    this.reported = this.process ? 'running' : this.#started ? 'notRunning' : 'neverStarted';
  }
}
