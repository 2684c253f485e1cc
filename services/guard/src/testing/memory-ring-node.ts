import {
  type AnyRingDocument,
  type CanaryResult,
  type CanaryVerifier,
  isAccepted,
  KeyringError,
  type LoadedRing,
  type Receipt,
  type RingListener,
  type RingNode,
  type RingStanding,
  type RingRole,
  type Signer,
} from '@keyturn/keyring';

/** A ring in memory: no file, no network, no timer. What a real node learns from its sources it is told by `load`. */
export class MemoryRingNode implements RingNode {
  readonly #listeners = new Set<RingListener>();
  #loaded: LoadedRing | undefined;
  #usable = true;
  readonly #canaries = new Set<CanaryVerifier>();
  /** Called for each unknown kid; what it loads counts as fetched. */
  onUnknownKid: (kid: string) => Promise<void> = async () => {};

  constructor(
    readonly ring: string,
    readonly role: RingRole,
  ) {}

  /** Loads a document as rule P2 wants it: swap, listeners, and only then the receipt. */
  async load(document: AnyRingDocument): Promise<void> {
    const previous = this.#loaded;
    const next = { document, generation: document.generation };
    this.#loaded = next;
    for (const listener of this.#listeners) await listener(next, previous);
  }

  /** Takes the key source away, and gives it back (rule P7). */
  setUsable(usable: boolean): void {
    this.#usable = usable;
  }

  async start(): Promise<void> {}

  async stop(): Promise<void> {}

  ready(): boolean {
    return this.#usable && this.#loaded !== undefined;
  }

  require(): LoadedRing {
    if (!this.#usable || this.#loaded === undefined) {
      throw new KeyringError('ERR_RING_UNAVAILABLE', `the ring ${this.ring} is not loaded`, { ring: this.ring });
    }
    return this.#loaded;
  }

  signer(): Signer {
    throw new KeyringError('ERR_RING_CANNOT_SIGN', 'a ring in memory does not sign', { ring: this.ring });
  }

  async refreshForUnknownKid(kid: string): Promise<boolean> {
    const before = this.#loaded?.generation ?? 0;
    await this.onUnknownKid(kid);
    return (this.#loaded?.generation ?? 0) > before;
  }

  onChange(listener: RingListener): () => void {
    this.#listeners.add(listener);
    if (this.#loaded) void listener(this.#loaded, undefined);
    return () => this.#listeners.delete(listener);
  }

  async receipt(): Promise<Receipt> {
    const { document, generation } = this.require();
    const kids = document.keys.filter(({ state }) => isAccepted(state)).map(({ kid }) => kid);
    return {
      ring: this.ring,
      ringId: document.ringId,
      role: this.role,
      loaded: generation,
      durable: generation,
      kids: kids.sort(),
      digest: '',
      podUid: 'memory',
      bootId: 'memory',
    };
  }

  standing(): RingStanding {
    const generation = this.#loaded?.generation ?? 0;
    return { loaded: generation, durable: generation };
  }

  addCanaryVerifier(verifier: CanaryVerifier): () => void {
    this.#canaries.add(verifier);
    return () => void this.#canaries.delete(verifier);
  }

  async canary(credential: string): Promise<CanaryResult> {
    const results = await Promise.all([...this.#canaries].map((verify) => verify(credential)));
    const [first = { accepted: false, reason: 'no verifier is registered' }] = results;
    return results.find(({ accepted }) => !accepted) ?? first;
  }

  setRowsLeft(): void {}

  async document(): Promise<AnyRingDocument> {
    return this.require().document;
  }
}
