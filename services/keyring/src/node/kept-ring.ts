import type { Clock } from '../clock.js';
import { type AnyRingDocument, toPublicDocument } from '../document/document.js';
import { KeyringError } from '../document/errors.js';
import type { RingLogger } from '../logger.js';
import type { CanaryResult, Receipt, RingRole } from '../receipt.js';
import type { CanaryVerifier, LoadedRing, RingListener, RingNode, RingStanding, Signer } from '../ring-node.js';
import { confirmEveryMs, isPastHardLimit, leaseLeftMs } from '../rules/standing.js';
import { planStart } from '../rules/start.js';
import type { FileSource } from '../sources/file-source.js';
import { UnknownKidGate } from '../sources/unknown-kid-gate.js';
import { catchUp } from './catch-up.js';
import type { Channel } from './channels.js';
import type { Holding } from './holding.js';
import type { OwnFile } from './own-file.js';
import type { Receipts } from './receipts.js';
import type { Refresher } from './refresher.js';

export interface KeptRingParts {
  readonly ring: string;
  readonly role: RingRole;
  readonly podUid: string;
  readonly pollMs: number;
  readonly clock: Clock;
  readonly logger: RingLogger;
  readonly ownFile: OwnFile;
  readonly holding: Holding;
  readonly refresher: Refresher;
  readonly receipts: Receipts;
  readonly mount: FileSource | undefined;
  /** The truth, for those who can read it: what `document({ confirm: true })` rests on. */
  readonly truth: Channel | undefined;
  readonly stopping: AbortController;
  readonly close: () => void;
}

/** How long a restart waits for something newer than its own file before it serves. */
const FIRST_LOOK_MS = 1000;
const SHORTEST_PAUSE_MS = 10;

/** Keeps one ring fresh and answers for it; the decisions are in ../rules, the loading in holding.ts. */
export class KeptRing implements RingNode {
  readonly ring: string;
  readonly role: RingRole;
  private readonly gate: UnknownKidGate;
  private begun = false;
  private started: Promise<void> | undefined;
  private loop: Promise<void> = Promise.resolve();
  private readonly canaryVerifiers = new Set<CanaryVerifier>();
  private announce: () => void = () => undefined;

  constructor(private readonly parts: KeptRingParts) {
    this.ring = parts.ring;
    this.role = parts.role;
    const { clock, stopping } = parts;
    this.gate = new UnknownKidGate(() => this.fetchForUnknownKid(), clock, stopping.signal);
  }

  start(): Promise<void> {
    if (this.started) return this.started;
    const { stopping, holding } = this.parts;
    this.started = new Promise((resolve, reject) => {
      this.announce = () => {
        if (this.isUsable()) void holding.settled().then(() => this.ready() && resolve());
      };
      const stopped = (): void => reject(this.unavailable('was stopped'));
      stopping.signal.addEventListener('abort', stopped, { once: true });
      if (stopping.signal.aborted) stopped();
    });
    this.started.catch(() => undefined);
    holding.subscribe(() => void queueMicrotask(() => this.announce()));
    this.loop = this.run();
    return this.started;
  }

  ready(): boolean {
    // Before those who depend on the ring have taken one, the process cannot serve by it.
    return this.parts.holding.acknowledged() !== undefined && this.isUsable();
  }

  private isUsable(): boolean {
    const loaded = this.parts.holding.loaded();
    return this.begun && loaded !== undefined && !this.isPastHardLimit(loaded);
  }

  require(): LoadedRing {
    const loaded = this.parts.holding.loaded();
    if (!loaded) throw this.unavailable('has not been loaded');
    if (this.isPastHardLimit(loaded)) throw this.unavailable('was last confirmed longer ago than the hard limit');
    return loaded;
  }

  signer(): Signer {
    const { document } = this.require();
    const { holding, clock } = this.parts;
    if (this.role === 'verifier') throw this.cannotSign('verifiers do not sign');
    if (leaseLeftMs(holding.contacts.leaseFrom, clock.monotonic(), document.settings) === 0) {
      throw this.cannotSign('the lease has ended: the truth could not be read for too long');
    }
    return holding.signer() ?? this.fail(this.cannotSign('no key is active'));
  }

  async refreshForUnknownKid(kid: string): Promise<boolean> {
    const before = this.generation();
    try {
      await this.gate.request(kid);
    } catch {
      throw this.unavailable('could not be fetched for an unknown kid');
    }
    return this.generation() > before;
  }

  onChange(listener: RingListener): () => void {
    return this.parts.holding.subscribe(listener);
  }

  async receipt({ atLeast, signal }: { atLeast?: number; signal?: AbortSignal } = {}): Promise<Receipt> {
    const { receipts, clock, stopping } = this.parts;
    if (atLeast !== undefined) {
      const stop = AbortSignal.any([stopping.signal, ...(signal ? [signal] : [])]);
      const done = (): boolean => receipts.shows(atLeast);
      await catchUp({ done, attempt: () => this.readOnce(atLeast), clock, signal: stop });
    }
    return receipts.write();
  }

  addCanaryVerifier(verifier: CanaryVerifier): () => void {
    this.canaryVerifiers.add(verifier);
    return () => void this.canaryVerifiers.delete(verifier);
  }

  async canary(credential: string): Promise<CanaryResult> {
    const results = await Promise.all([...this.canaryVerifiers].map((verify) => verify(credential)));
    const [first = { accepted: false, reason: 'this process has no verifier for the ring' }] = results;
    return results.find(({ accepted }) => !accepted) ?? first;
  }

  standing(): RingStanding {
    const { receipts, holding, clock } = this.parts;
    const { at, leaseFrom } = holding.contacts;
    const settings = holding.loaded()?.document.settings;
    const now = clock.monotonic();
    return {
      loaded: receipts.loaded(),
      durable: receipts.durable(),
      ...(at !== undefined && { contactAgeMs: now - at }),
      ...(this.role !== 'verifier' && settings && { leaseLeftMs: leaseLeftMs(leaseFrom, now, settings) }),
    };
  }

  setRowsLeft(count: () => Promise<Readonly<Record<string, number>>>): void {
    this.parts.receipts.setRowsLeft(count);
  }

  async document({ confirm = false }: { confirm?: boolean } = {}): Promise<AnyRingDocument> {
    const document = confirm ? await this.confirmedDocument() : this.require().document;
    return document.form === 'full' ? toPublicDocument(document) : document;
  }

  async stop(): Promise<void> {
    const { stopping, mount, close } = this.parts;
    stopping.abort(this.unavailable('was stopped'));
    mount?.close();
    close();
    await this.loop;
  }

  private async run(): Promise<void> {
    const { clock, stopping } = this.parts;
    try {
      await this.begin();
      while (!stopping.signal.aborted) {
        await clock.sleep(this.pauseMs(), stopping.signal);
        await this.tick();
      }
    } catch (error) {
      if (!stopping.signal.aborted) throw error;
    }
  }

  /** P1: decides what this process may start from, and acts on it. */
  private async begin(): Promise<void> {
    const { ownFile, holding, refresher, mount, podUid, clock, logger, stopping, ring } = this.parts;
    const note = await ownFile.read(podUid);
    const now = refresher.moment();
    const plan = planStart(note, podUid, now);
    holding.bind(plan.floor, plan.ringId);
    if (plan.kind === 'confirm') {
      const { because, floor } = plan;
      logger.info({ event: 'start-needs-confirmation', ring, because, floor }, 'waiting for a confirming read');
    } else if (note) {
      const { floor, contactAgeMs } = plan;
      logger.info({ event: 'start-resumed', ring, floor, contactAgeMs }, 'starting from what the pod left');
      holding.resume(plan, note, now);
      if (note.document) await holding.offer(note.document);
    }
    await mount?.check();
    const first = this.tick();
    if (plan.kind === 'resume') await Promise.race([first, clock.sleep(FIRST_LOOK_MS, stopping.signal)]);
    this.begun = true;
    this.announce();
    await first;
  }

  private async tick(): Promise<void> {
    const { mount, refresher, holding } = this.parts;
    await Promise.all([mount?.check(), refresher.refresh()]);
    await this.offerMount();
    await holding.mend();
    this.announce();
  }

  /** What the mount brought before it was allowed to be loaded. */
  private async offerMount(): Promise<void> {
    const { mount, holding } = this.parts;
    const mounted = mount?.latest();
    if (mounted && mounted.generation > this.generation()) await holding.offer(mounted);
  }

  private pauseMs(): number {
    const settings = this.parts.holding.loaded()?.document.settings;
    const { pollMs } = this.parts;
    if (!settings) return Math.min(pollMs, 1000);
    return Math.max(SHORTEST_PAUSE_MS, Math.min(pollMs, confirmEveryMs(settings, this.role !== 'verifier')));
  }

  private async readOnce(atLeast: number): Promise<void> {
    const { mount, refresher, holding } = this.parts;
    if (this.generation() < atLeast) {
      await mount?.check();
      await refresher.confirm().catch(() => refresher.refresh());
      await this.offerMount();
    }
    await holding.mend();
    await holding.settled();
  }

  private async fetchForUnknownKid(): Promise<void> {
    const { mount, refresher } = this.parts;
    await mount?.check();
    await refresher.look();
    await this.offerMount();
  }

  private async confirmedDocument(): Promise<AnyRingDocument> {
    const { truth, holding, refresher, stopping, ring } = this.parts;
    if (!truth) throw this.unreadable('this process cannot read the truth');
    const start = refresher.moment();
    const { document } = await truth.confirm(stopping.signal);
    if (!document) throw new KeyringError('ERR_RING_UNAVAILABLE', `ring ${ring} does not exist`, { ring });
    if (document.generation < this.generation()) throw this.unreadable('its generation went back');
    void holding.offer(document, start);
    return document;
  }

  private generation(): number {
    return this.parts.holding.loaded()?.generation ?? 0;
  }

  private isPastHardLimit({ document }: LoadedRing): boolean {
    const { holding, clock } = this.parts;
    return isPastHardLimit(holding.contacts.at, clock.monotonic(), document.settings);
  }

  private fail(error: KeyringError): never {
    throw error;
  }

  private unavailable(why: string): KeyringError {
    const { ring, pollMs } = this.parts;
    return new KeyringError('ERR_RING_UNAVAILABLE', `ring ${ring} ${why}`, { ring, retryAfterMs: pollMs });
  }

  private cannotSign(why: string): KeyringError {
    const { ring, pollMs } = this.parts;
    return new KeyringError('ERR_RING_CANNOT_SIGN', `ring ${ring}: ${why}`, { ring, retryAfterMs: pollMs });
  }

  private unreadable(why: string): KeyringError {
    const { ring, pollMs } = this.parts;
    return new KeyringError('ERR_TRUTH_UNREADABLE', `the truth of ring ${ring}: ${why}`, {
      ring,
      retryAfterMs: pollMs,
    });
  }
}
