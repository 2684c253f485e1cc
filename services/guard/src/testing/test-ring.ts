import {
  activeKey,
  type AnyRingDocument,
  type KeyState,
  type RingAlgorithm,
  type RingKey,
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

type Held = TestKey & { readonly state: KeyState; readonly since: number };

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
    this.#keys = [this.#fresh('active'), this.#fresh('pending')];
  }

  get active(): TestKey {
    const key = activeKey(this.#keys as unknown as RingKey[]) as unknown as TestKey | undefined;
    if (key === undefined) throw new TypeError('the ring has no active key');
    return key;
  }

  get standby(): TestKey {
    const key = this.#keys.find(({ state }) => state === 'pending');
    if (key === undefined) throw new TypeError('the ring has no standby');
    return key;
  }

  find(kid: string): TestKey | undefined {
    return this.#keys.find((key) => key.kid === kid);
  }

  /** The standby becomes active, the active key drains, a fresh one waits. */
  rotate(): void {
    const { kid } = this.standby;
    this.#write((key) => (key.state === 'active' ? 'draining' : key.kid === kid ? 'active' : key.state));
    this.#keys.push(this.#fresh('pending'));
  }

  /** The key is out of the accept set; if it was active, the standby takes its place in the same write. */
  revoke(kid: string): void {
    const heir = this.active.kid === kid ? this.standby.kid : undefined;
    if (this.find(kid) === undefined) throw new TypeError('the ring has no key of this kid');
    this.#write((key) => (key.kid === kid ? 'revoked' : key.kid === heir ? 'active' : key.state));
    if (!this.#keys.some(({ state }) => state === 'pending')) this.#keys.push(this.#fresh('pending'));
  }

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
    const times = { createdAt: 0 };
    if (this.algorithm === 'HS256' || this.algorithm === 'opaque') {
      const keys = this.#keys.map(({ kid, state, since, secret }) => ({
        ...{ kid, state, since, ...times, longestLifetimeMs: SETTINGS.maxCredentialLifetimeMs },
        ...(state !== 'revoked' && secret !== undefined && { secret }),
      }));
      return { ...base, form: 'full', type: 'SharedSecret', keys };
    }
    const keys = this.#keys.map(({ kid, state, since, jwk }) => ({
      ...{ kid, state, since, ...times },
      ...(state !== 'revoked' && jwk && { jwk }),
    }));
    return { ...base, form: 'public', type: 'SigningKey', keys };
  }

  #fresh(state: KeyState): Held {
    return { ...createTestKey(this.algorithm), state, since: this.#generation };
  }

  #write(next: (key: Held) => KeyState): void {
    this.#generation += 1;
    this.#keys = this.#keys.map((key) => {
      const state = next(key);
      return state === key.state ? key : { ...key, state, since: this.#generation };
    });
  }
}
