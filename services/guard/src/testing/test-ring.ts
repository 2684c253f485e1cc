import {
  type AnyRingDocument,
  isAccepted,
  type KeyState,
  type PublicRingKey,
  type RingAlgorithm,
  type RingKey,
  type RingKeyBase,
  type RingSettings,
} from '@keyturn/keyring';
import { createTestKey, type TestKey } from './keys.js';

const MINUTE = 60_000;

const SETTINGS: RingSettings = {
  maxCredentialLifetimeMs: 15 * MINUTE,
  clockSkewMs: 30_000,
  clockErrorMs: 1000,
  issuerLeaseMs: 60 * MINUTE,
  restartGraceMs: 60 * MINUTE,
  hardLimitMs: 24 * 60 * MINUTE,
  maxLiveKeys: 8,
  stalledAfterMs: 10 * MINUTE,
  rotationIntervalMs: null,
  paused: false,
  encryptsData: false,
};

/** A key and where it stands in the ring. */
interface Held extends RingKeyBase {
  readonly key: TestKey;
}

/** The ring of a test issuer: one active key and a standby, as a ring begins. */
export class TestRing {
  #generation = 1;
  #keys: Held[];

  constructor(
    readonly name: string,
    readonly algorithm: RingAlgorithm,
    readonly issuer: string,
    readonly clockSkewMs: number,
  ) {
    this.#keys = [{ ...this.#fresh('active'), activatedAt: Date.now() }, this.#fresh('pending')];
  }

  get active(): TestKey {
    return this.#in('active').key;
  }

  get standby(): TestKey {
    return this.#in('pending').key;
  }

  /** The standby becomes active, the active key drains, a fresh one waits. */
  rotate(): void {
    const now = Date.now();
    const drainUntil = now + SETTINGS.maxCredentialLifetimeMs + SETTINGS.issuerLeaseMs;
    const { kid } = this.#in('pending');
    this.#generation += 1;
    this.#keys = this.#keys.map((held) => {
      if (held.state === 'active') return this.#move(held, 'draining', { drainUntil });
      return held.kid === kid ? this.#move(held, 'active', { activatedAt: now }) : held;
    });
    this.#keys.push(this.#fresh('pending'));
  }

  /** The key is out of the accept set; if it was active, the standby takes its place in the same write. */
  revoke(kid: string): void {
    if (!this.#keys.some((held) => held.kid === kid)) throw new TypeError('the ring has no key of this kid');
    const heir = this.active.kid === kid ? this.standby.kid : undefined;
    this.#generation += 1;
    this.#keys = this.#keys.map((held) => {
      if (held.kid === kid) return this.#move(held, 'revoked', { drainUntil: undefined });
      return held.kid === heir ? this.#move(held, 'active', { activatedAt: Date.now() }) : held;
    });
    if (!this.#keys.some(({ state }) => state === 'pending')) this.#keys.push(this.#fresh('pending'));
  }

  /** What verifiers load: the public form; for shared secrets the full one, as their holders have it. */
  document(): AnyRingDocument {
    const base = {
      version: 1,
      ringId: `test-${this.name}`,
      ring: this.name,
      generation: this.#generation,
      algorithm: this.algorithm,
      issuer: this.issuer,
      settings: { ...SETTINGS, clockSkewMs: this.clockSkewMs },
    } as const;
    const shared = this.algorithm === 'HS256' || this.algorithm === 'opaque';
    if (shared) return { ...base, form: 'full', type: 'SharedSecret', keys: this.#keys.map(secretOf) };
    return { ...base, form: 'public', type: 'SigningKey', keys: this.#keys.map(publicOf) };
  }

  #in(state: KeyState): Held {
    const held = this.#keys.find((candidate) => candidate.state === state);
    if (held === undefined) throw new TypeError(`the ring has no ${state} key`);
    return held;
  }

  #fresh(state: KeyState): Held {
    const key = createTestKey(this.algorithm);
    return { key, kid: key.kid, state, since: this.#generation, createdAt: Date.now() };
  }

  #move(held: Held, state: KeyState, times: { activatedAt?: number; drainUntil?: number | undefined }): Held {
    const { drainUntil, ...moved } = { ...held, ...times, state, since: this.#generation };
    return drainUntil === undefined ? moved : { ...moved, drainUntil };
  }
}

const publicOf = ({ key, ...base }: Held): PublicRingKey =>
  isAccepted(base.state) && key.jwk ? { ...base, jwk: key.jwk } : base;

const secretOf = ({ key, ...base }: Held): RingKey => ({
  ...base,
  longestLifetimeMs: SETTINGS.maxCredentialLifetimeMs,
  ...(isAccepted(base.state) && key.secret !== undefined && { secret: key.secret }),
});
