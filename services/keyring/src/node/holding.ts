import { activeKey, type AnyRingDocument, toPublicDocument } from '../document/document.js';
import type { RingLogger } from '../logger.js';
import type { LoadedRing, RingListener, Signer } from '../ring-node.js';
import { type Admission, admit } from '../rules/admission.js';
import type { Moment } from '../rules/moment.js';
import type { OwnNote } from '../rules/note.js';
import { isWorthNoting } from '../rules/standing.js';
import type { StartPlan } from '../rules/start.js';
import { Contacts } from './contacts.js';
import { Listeners } from './listeners.js';
import type { OwnFile } from './own-file.js';

export interface HoldingOptions {
  readonly ring: string;
  readonly podUid: string;
  /** Issuers and holders need the key material; verifiers must not keep it. */
  readonly needsMaterial: boolean;
  readonly ownFile: OwnFile;
  readonly logger: RingLogger;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

/** What is in use: accept set and signer together, so that they change in one assignment. */
interface InUse {
  readonly loaded: LoadedRing;
  readonly signer: Signer | undefined;
}

const signerOf = (document: AnyRingDocument): Signer | undefined => {
  if (document.form !== 'full') return undefined;
  const key = activeKey(document.keys);
  if (!key?.jwk && !key?.secret) return undefined;
  return {
    kid: key.kid,
    algorithm: key.jwk?.alg ?? document.algorithm,
    ...(key.jwk && { jwk: key.jwk }),
    ...(key.secret && { secret: key.secret }),
  };
};

/**
 * The ring that a process holds, and how it is replaced (P2), in this order: admission, own file, swap, listeners,
 * receipt. Documents are taken one at a time; the listeners do not hold up the next swap, only the receipt.
 */
export class Holding {
  readonly contacts = new Contacts();
  private readonly listeners: Listeners;
  private inUse: InUse | undefined;
  private acknowledgedRing: LoadedRing | undefined;
  private queue: Promise<unknown> = Promise.resolve();
  private acknowledging: Promise<void> | undefined;
  private notedContactMs: number | undefined;
  /** Closed until a confirming read, or a restart within X: what nobody confirmed is not loaded before (P1). */
  private open = false;
  private loadedAtMs = 0;
  private floor = 0;
  private identity: string | undefined;
  private refused = '';

  constructor(private readonly options: HoldingOptions) {
    this.listeners = new Listeners(options.ring, options.logger);
  }

  loaded(): LoadedRing | undefined {
    return this.inUse?.loaded;
  }

  signer(): Signer | undefined {
    return this.inUse?.signer;
  }

  /** What a receipt may name: loaded, and every listener has finished with it. */
  acknowledged(): LoadedRing | undefined {
    return this.acknowledgedRing;
  }

  ringId(): string | undefined {
    return this.identity;
  }

  /** Takes over from the pod's earlier process: documents need no confirmation from now on. */
  resume(plan: Extract<StartPlan, { kind: 'resume' }>, note: OwnNote, now: Moment): void {
    this.contacts.resume(plan, note.contact, now);
    this.open = true;
  }

  /** No document below `floor`, or of another ring, is taken from now on. */
  bind(floor: number, ringId: string | undefined): void {
    this.floor = Math.max(this.floor, floor);
    this.identity ??= ringId;
  }

  /** Takes a document if the rules admit it; `confirmedAt` is the start of the confirming read it came from. */
  offer(document: AnyRingDocument, confirmedAt?: Moment): Promise<void> {
    const turn = this.queue.then(() => this.take(document, confirmedAt));
    this.queue = turn.catch(() => undefined);
    return turn;
  }

  /** Calls the listener on every change, and once now if a ring is loaded. */
  subscribe(listener: RingListener): () => void {
    const remove = this.listeners.add(listener);
    void this.acknowledge();
    return remove;
  }

  /** Resolves when the listeners have been told what is loaded now. */
  settled(): Promise<void> {
    return this.acknowledge();
  }

  /** Writes again what could not be written, and asks the listeners again that failed. */
  async mend(): Promise<void> {
    const turn = this.queue.then(() => this.mendFile());
    this.queue = turn.catch(() => undefined);
    await turn;
    void this.acknowledge();
  }

  private async take(document: AnyRingDocument, confirmedAt?: Moment): Promise<void> {
    const { ring, needsMaterial } = this.options;
    const loaded = this.inUse?.loaded.document;
    const identity = this.identity !== undefined && { ringId: this.identity };
    const verdict = admit(document, { ring, needsMaterial, floor: this.floor, ...identity, ...(loaded && { loaded }) });
    if (!this.open && !confirmedAt) return;
    const isOurs = verdict === 'load' || verdict === 'same' || verdict === 'lacks-material';
    if (isOurs && confirmedAt) this.confirm(document, confirmedAt);
    if (verdict === 'load') await this.load(document);
    else if (verdict === 'same') await this.noteContact();
    else if (this.isWorthReporting(verdict, confirmedAt)) this.report(document, verdict);
    const generation = this.inUse?.loaded.generation;
    if (generation !== undefined) this.contacts.loaded(generation);
    void this.acknowledge();
  }

  private confirm(document: AnyRingDocument, start: Moment): void {
    this.open = true;
    this.bind(document.generation, document.ringId);
    this.contacts.read(document.generation, start);
  }

  private async load(document: AnyRingDocument): Promise<void> {
    const kept = !this.options.needsMaterial && document.form === 'full' ? toPublicDocument(document) : document;
    this.bind(kept.generation, kept.ringId);
    if (this.options.ownFile.current()?.generation !== kept.generation) await this.writeNote(kept);
    this.loadedAtMs = this.options.now();
    this.inUse = { loaded: { document: kept, generation: kept.generation }, signer: signerOf(kept) };
    this.refused = '';
    const { ring, logger } = this.options;
    logger.info({ event: 'ring-loaded', ring, generation: kept.generation }, 'a ring is loaded');
  }

  private async mendFile(): Promise<void> {
    const loaded = this.inUse?.loaded;
    const written = this.options.ownFile.current()?.generation ?? 0;
    if (loaded && written < loaded.generation) await this.writeNote(loaded.document);
  }

  private async noteContact(): Promise<void> {
    const { document } = this.inUse?.loaded ?? {};
    const contactMs = document && this.contacts.forFile(document.generation)?.monotonicMs;
    if (!document || contactMs === undefined) return;
    if (isWorthNoting(this.notedContactMs, contactMs, document.settings, this.options.needsMaterial)) {
      await this.writeNote(document);
    }
  }

  private async writeNote(document: AnyRingDocument): Promise<void> {
    const contact = this.contacts.forFile(document.generation);
    if (!contact) return;
    const note: OwnNote = {
      ring: document.ring,
      ringId: document.ringId,
      podUid: this.options.podUid,
      generation: document.generation,
      contact: contact.noted,
      restartGraceMs: document.settings.restartGraceMs,
      clockErrorMs: document.settings.clockErrorMs,
      ...(document.form === 'public' && !this.options.needsMaterial && { document }),
    };
    if (await this.options.ownFile.write(note)) this.notedContactMs = contact.monotonicMs ?? this.notedContactMs;
  }

  private acknowledge(): Promise<void> {
    return (this.acknowledging ??= this.tellAll());
  }

  private async tellAll(): Promise<void> {
    // The first step is asynchronous, so that the field is set before it is cleared; it is cleared in the same step as
    // the last look at what is loaded, so that no swap goes unnoticed between the two.
    await Promise.resolve();
    try {
      for (let next = this.inUse?.loaded; next; next = this.inUse?.loaded) {
        if (!(await this.listeners.tell(next))) return;
        if (next !== this.inUse?.loaded || this.listeners.behind(next)) continue;
        this.acknowledgedRing = next;
        this.contacts.inUse(next.generation);
        return;
      }
    } finally {
      this.acknowledging = undefined;
    }
  }

  /** A channel may lag without a word; a confirming read that began after the load and is older may not. */
  private isWorthReporting(reason: Admission, confirmedAt?: Moment): boolean {
    if (reason === 'lacks-material') return false;
    return reason !== 'older' || (confirmedAt !== undefined && confirmedAt.monotonicMs > this.loadedAtMs);
  }

  private report({ generation, ringId }: AnyRingDocument, reason: Admission): void {
    const what = `${reason} ${generation} ${ringId}`;
    if (what === this.refused) return;
    this.refused = what;
    const { ring, logger } = this.options;
    const event = reason === 'older' || reason === 'below-own-file' ? 'generation-went-back' : 'ring-refused';
    logger.error({ event, ring, generation, reason, loaded: this.inUse?.loaded.generation ?? 0 }, 'a ring was refused');
  }
}
