import { activeKey, type RingDocument } from '@keyturn/keyring/document';
import { REAL } from './settings.js';
import type { Cluster } from './cluster.js';
import type { Pod } from './pod.js';

/** One process of an issuer or a verifier, by rules P1 to P4 of the design. */
export class SimulatedProcess {
  alive = true;
  ready = false;
  loaded: RingDocument | undefined;
  hungUntil = 0;
  readonly bootId: string;
  /** Error of its wall clock. */
  readonly clockOffset: number;
  private contactAt = Number.NEGATIVE_INFINITY;
  private loading: Promise<void> = Promise.resolve();
  readonly #cluster: Cluster;

  constructor(readonly pod: Pod) {
    this.#cluster = pod.cluster;
    const { random } = this.#cluster;
    this.bootId = `${pod.uid}-${random.between(0, 2 ** 30)}`;
    this.clockOffset = random.between(-REAL.clockErrorMs, REAL.clockErrorMs);
  }

  async run(): Promise<void> {
    const { random } = this.#cluster;
    await this.#sleep(random.between(10, 800));
    if (!(await this.#begin())) return;
    await this.#sleep(random.between(0, 3_000));
    if (!this.alive) return;
    this.ready = true;
    void this.#refresh();
    void this.#keepInTouch();
    if (this.pod.role === 'issuer') void this.#sign();
  }

  /** Rule P1: a fresh pod, or one that was out of touch for too long, waits for a confirming read. */
  async #begin(): Promise<boolean> {
    const { bug, time, random, weather } = this.#cluster;
    const { file, role } = this.pod;
    const isRecent = file !== undefined && time.now - file.contactAt <= REAL.restartGraceMs;
    if (file && (isRecent || bug === 'restart-grace')) {
      const mount = this.#cluster.olderBy(random.between(0, weather.mountLagMs));
      this.contactAt = bug === 'lease-kept' ? time.now : file.contactAt;
      await this.#load(bug === 'own-file' ? mount : file.ring, this.contactAt);
      return this.alive;
    }
    if (role === 'verifier' && (bug === 'confirm-verifier' || bug === 'confirm-afresh')) {
      const ring = bug === 'confirm-afresh' ? this.#anIssuersRing() : undefined;
      await this.#load(ring ?? this.#cluster.olderBy(random.between(0, weather.mountLagMs)), this.contactAt);
      return this.alive;
    }
    while (this.alive && !(await this.#contact())) await this.#sleep(random.between(200, 1_000));
    return this.alive;
  }

  #anIssuersRing(): RingDocument | undefined {
    const { pods, random } = this.#cluster;
    const serving = [...pods.values()].flatMap(({ role, process }) => (role === 'issuer' && process?.loaded) || []);
    return serving.length > 0 ? random.pick(serving) : undefined;
  }

  /** A read of the truth that begins now; true when its result is loaded. */
  async #contact(): Promise<boolean> {
    const { time, random, weather } = this.#cluster;
    const began = time.now;
    await this.#sleep(random.between(1, weather.callMs));
    const isCut = time.now < Math.max(this.#cluster.apiDownUntil, this.pod.cutUntil);
    if (isCut || random.chance(weather.callFails)) return false;
    const ring = this.#cluster.truth;
    await this.#sleep(random.between(1, weather.callMs));
    if (!this.alive) return false;
    await this.#load(ring, began);
    if (!this.alive || (this.loaded?.generation ?? 0) < ring.generation) return false;
    this.contactAt = Math.max(this.contactAt, began);
    return true;
  }

  /** Rule P2: one at a time, upward only, the file first, then the swap. */
  #load(ring: RingDocument, contactAt: number): Promise<void> {
    this.loading = this.loading.then(() => this.#swap(ring, contactAt));
    return this.loading;
  }

  async #swap(ring: RingDocument, contactAt: number): Promise<void> {
    const { bug, time, random } = this.#cluster;
    const before = this.loaded?.generation ?? 0;
    if (!this.alive || (ring.generation < before && bug !== 'upward-memory')) return;
    const { file } = this.pod;
    const mayWrite = time.now >= this.pod.diskFullUntil && ring.generation >= (file?.ring.generation ?? 0);
    if (mayWrite) this.pod.file = { ring, contactAt: Math.max(contactAt, file?.contactAt ?? contactAt) };
    if (ring.generation === before) return;
    await this.#sleep(random.chance(0.05) ? random.between(500, 8_000) : random.between(0, 30));
    if (!this.alive) return;
    this.loaded = ring;
    this.#cluster.note(`${this.pod.uid} loads g${ring.generation}`);
  }

  /** What the kubelet brings: it lags, and a node that is cut off gets nothing. */
  async #refresh(): Promise<void> {
    const { time, random, weather } = this.#cluster;
    while (this.alive) {
      await this.#sleep(random.between(weather.refreshMs / 2, weather.refreshMs));
      if (!this.alive || time.now < this.pod.cutUntil) continue;
      await this.#load(this.#cluster.olderBy(random.between(0, weather.mountLagMs)), this.contactAt);
    }
  }

  async #keepInTouch(): Promise<void> {
    const { random } = this.#cluster;
    const everyMs = (this.pod.role === 'issuer' ? REAL.issuerLeaseMs : REAL.restartGraceMs) / 4;
    while (this.alive) {
      await this.#sleep(random.between(everyMs / 2, everyMs));
      if (this.alive) await this.#contact();
    }
  }

  async #sign(): Promise<void> {
    const { time, random, bug } = this.#cluster;
    while (this.alive) {
      await this.#sleep(random.between(100, 500));
      const key = this.loaded && activeKey(this.loaded.keys);
      const isLeased = time.now - this.contactAt < REAL.issuerLeaseMs || bug === 'lease';
      if (!this.alive || !key || !isLeased) continue;
      const allowedMs = this.loaded?.settings.maxCredentialLifetimeMs ?? 0;
      const lifetimeMs = bug === 'life-in-drain' ? 2.5 * allowedMs : allowedMs;
      this.#cluster.oracle.signed(key.kid, time.now + this.clockOffset + lifetimeMs);
    }
  }

  /** Catches up, as a receipt with `atLeast` asks for; it is answered after a while with what there is. */
  async catchUp(atLeast: number): Promise<void> {
    const { time, random } = this.#cluster;
    if ((this.loaded?.generation ?? 0) >= atLeast) return;
    await Promise.race([this.#contact(), time.sleep(random.between(100, 5_000))]);
  }

  async #sleep(ms: number): Promise<void> {
    const { time } = this.#cluster;
    await time.sleep(ms);
    while (this.alive && time.now < this.hungUntil) await time.sleep(this.hungUntil - time.now);
  }
}
