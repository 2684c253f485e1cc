import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.js';
import {
  activeKey,
  isAccepted,
  keysIn,
  type KeyState,
  type PublicRingDocument,
  type RingAlgorithm,
  type RingDocument,
  type RingKey,
  type RingSettings,
  toPublicDocument,
} from '../document/document.js';
import { type RingJwks, toJwks } from '../document/jwks.js';
import { systemClock } from '../system-clock.js';
import { createTestKeyMaterial } from './keys.js';
import { createTestTruth, type TestTruth } from './test-truth.js';

const MINUTE = 60_000;

/** The defaults of a real ring, without a schedule. */
export const TEST_SETTINGS: RingSettings = {
  maxCredentialLifetimeMs: 15 * MINUTE,
  clockSkewMs: 5000,
  clockErrorMs: 500,
  issuerLeaseMs: 60 * MINUTE,
  restartGraceMs: 60 * MINUTE,
  hardLimitMs: 24 * 60 * MINUTE,
  maxLiveKeys: 8,
  stalledAfterMs: 10 * MINUTE,
  rotationIntervalMs: null,
  paused: false,
  encryptsData: false,
};

export interface TestRingOptions {
  /** Default `access-tokens`. */
  readonly ring?: string;
  /** Default ES256. `HS256` and `opaque` make a ring of shared secrets. */
  readonly algorithm?: RingAlgorithm;
  readonly issuer?: string;
  /** Laid over TEST_SETTINGS. */
  readonly settings?: Partial<RingSettings>;
  readonly clock?: Clock;
  /** Whether the ring begins with a standby, as a real one does. Default true. */
  readonly standby?: boolean;
}

/** A ring with real keys. Each step is one write: the generation grows by one. Returns the kid it is about. */
export class TestRing {
  /** The truth of this ring, for nodes in this process. */
  readonly truth: TestTruth = createTestTruth(() => this.current);

  private constructor(
    private current: RingDocument,
    private readonly clock: Clock,
  ) {}

  /** Use `createTestRing`. */
  static async create(options: TestRingOptions): Promise<TestRing> {
    const { ring = 'access-tokens', algorithm = 'ES256', issuer, clock = systemClock, standby = true } = options;
    const document: RingDocument = {
      form: 'full',
      version: 1,
      ringId: randomUUID(),
      ring,
      generation: 1,
      type: algorithm === 'HS256' || algorithm === 'opaque' ? 'SharedSecret' : 'SigningKey',
      algorithm,
      ...(issuer !== undefined && { issuer }),
      settings: { ...TEST_SETTINGS, ...options.settings },
      keys: [],
    };
    const created = new TestRing(document, clock);
    created.current = { ...document, keys: [await created.freshKey('active', 1)] };
    if (standby) created.current = { ...document, keys: [created.active, await created.freshKey('pending', 1)] };
    return created;
  }

  /** The full document, private keys included: what the truth holds. */
  document(): RingDocument {
    return this.current;
  }

  publicDocument(): PublicRingDocument {
    return toPublicDocument(this.current);
  }

  jwks(): RingJwks {
    return toJwks(this.current);
  }

  key(kid: string): RingKey {
    const key = this.current.keys.find((candidate) => candidate.kid === kid);
    if (!key) throw new TypeError('the ring has no key of this kid');
    return key;
  }

  /** The key that signs. */
  get active(): RingKey {
    const key = activeKey(this.current.keys);
    if (!key) throw new TypeError('the ring has no active key');
    return key;
  }

  /** The newest pending key. */
  get standby(): RingKey {
    const key = keysIn(this.current.keys, 'pending').at(-1);
    if (!key) throw new TypeError('the ring has no pending key');
    return key;
  }

  /** Changes settings, or nothing: a write like any other. */
  touch(settings: Partial<RingSettings> = {}): void {
    this.write(this.current.keys, settings);
  }

  /** A fresh key, pending. */
  async addPending(): Promise<string> {
    const key = await this.freshKey('pending', this.current.generation + 1);
    this.write([...this.current.keys, key]);
    return key.kid;
  }

  /** The pending key signs from now on, the old active one drains for `drainMs` (default: credential life and lease). */
  activate(kid = this.standby.kid, drainMs?: number): string {
    const now = this.clock.now();
    const { maxCredentialLifetimeMs, issuerLeaseMs, clockSkewMs } = this.current.settings;
    const drainUntil = now + (drainMs ?? maxCredentialLifetimeMs + issuerLeaseMs + clockSkewMs);
    this.change((key) => {
      if (key.state === 'active') return { ...key, state: 'draining', drainUntil };
      return key.kid === kid ? { ...key, state: 'active', activatedAt: now } : key;
    });
    return kid;
  }

  /** Removes a draining key, by default the oldest, and its material. */
  retire(kid?: string): string {
    const found = kid ?? keysIn(this.current.keys, 'draining')[0]?.kid;
    if (found === undefined) throw new TypeError('the ring has no draining key');
    this.change((key) => (key.kid === found ? withoutMaterial({ ...key, state: 'retired' }) : key));
    return found;
  }

  /** Removes keys from the accept set at once; if the active one is among them, a pending one takes its place. */
  compromise(...kids: readonly string[]): void {
    const heir = kids.includes(this.active.kid)
      ? keysIn(this.current.keys, 'pending').find(({ kid }) => !kids.includes(kid))?.kid
      : undefined;
    const now = this.clock.now();
    this.change((key) => {
      if (kids.includes(key.kid)) return withoutMaterial({ ...key, state: 'compromised' });
      return key.kid === heir ? { ...key, state: 'active', activatedAt: now } : key;
    });
  }

  /** The compromised keys are proven gone. */
  revoke(): void {
    this.change((key) => (key.state === 'compromised' ? withoutMaterial({ ...key, state: 'revoked' }) : key));
  }

  /** A whole rotation in two writes: the standby is activated, a fresh one is pending. Returns the new active kid. */
  async rotate(drainMs?: number): Promise<string> {
    const kid = this.activate(undefined, drainMs);
    await this.addPending();
    return kid;
  }

  /** Puts any document in the place of the current one: what a restored backup does. */
  restore(document: RingDocument): void {
    this.current = document;
  }

  private change(next: (key: RingKey) => RingKey): void {
    const since = this.current.generation + 1;
    this.write(
      this.current.keys.map((key) => {
        const changed = next(key);
        return changed.state === key.state ? changed : { ...changed, since };
      }),
    );
  }

  private write(keys: readonly RingKey[], settings: Partial<RingSettings> = {}): void {
    const { generation } = this.current;
    this.current = {
      ...this.current,
      generation: generation + 1,
      settings: { ...this.current.settings, ...settings },
      keys,
    };
  }

  private async freshKey(state: KeyState, since: number): Promise<RingKey> {
    const now = this.clock.now();
    const { settings, algorithm, type, keys } = this.current;
    const highest = Math.max(0, ...keys.map(({ secretVersion = 0 }) => secretVersion));
    const material = await createTestKeyMaterial(algorithm);
    return {
      ...material,
      state,
      since,
      createdAt: now,
      ...(state === 'active' && { activatedAt: now }),
      longestLifetimeMs: settings.maxCredentialLifetimeMs,
      ...(type === 'SharedSecret' && { secretVersion: highest + 1 }),
    };
  }
}

const withoutMaterial = ({ jwk: _jwk, secret: _secret, drainUntil, ...key }: RingKey): RingKey => ({
  ...key,
  ...(isAccepted(key.state) && drainUntil !== undefined && { drainUntil }),
});

/** A ring with real keys: one active key and a standby. */
export const createTestRing = (options: TestRingOptions = {}): Promise<TestRing> => TestRing.create(options);
