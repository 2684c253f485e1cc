import { mkdir, rename, writeFile } from 'node:fs/promises';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import {
  type KeyState,
  type PrivateJwk,
  type RingAlgorithm,
  type RingDocument,
  type RingKey,
  type RingSettings,
  serializeRingDocument,
  truthFileName,
} from '@keyturn/keyring';

export const ISSUER = 'http://localhost:4999';

const SETTINGS: RingSettings = {
  maxCredentialLifetimeMs: 7 * 86_400_000,
  clockSkewMs: 30_000,
  clockErrorMs: 1_000,
  issuerLeaseMs: 3_600_000,
  restartGraceMs: 3_600_000,
  hardLimitMs: 86_400_000,
  maxLiveKeys: 32,
  stalledAfterMs: 600_000,
  rotationIntervalMs: null,
  paused: false,
  encryptsData: false,
};

const material = (algorithm: RingAlgorithm, kid: string): { jwk: PrivateJwk } | { secret: string } => {
  if (algorithm === 'HS256') return { secret: randomBytes(32).toString('base64url') };
  if (algorithm === 'opaque') return { secret: randomBytes(32).toString('base64') };
  const pair =
    algorithm === 'EdDSA'
      ? generateKeyPairSync('ed25519')
      : algorithm === 'ES256' || algorithm === 'ES384'
        ? generateKeyPairSync('ec', { namedCurve: algorithm === 'ES256' ? 'P-256' : 'P-384' })
        : generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { jwk: { ...pair.privateKey.export({ format: 'jwk' }), kid, alg: algorithm, use: 'sig' } as PrivateJwk };
};

export interface TestRingOptions {
  readonly issuer?: string;
  readonly settings?: Partial<RingSettings>;
}

/** The operator's part, by hand: writes each generation of a ring's truth as a file. */
export class TestRing {
  generation = 0;
  keys: RingKey[] = [];
  private versions = 0;

  constructor(
    readonly truthDir: string,
    readonly name: string,
    readonly algorithm: RingAlgorithm,
    readonly options: TestRingOptions = {},
  ) {}

  private get isSecret(): boolean {
    return this.algorithm === 'HS256' || this.algorithm === 'opaque';
  }

  fresh(state: KeyState): RingKey {
    const kid = randomBytes(12).toString('base64url');
    const now = Date.now();
    return {
      kid,
      state,
      since: this.generation + 1,
      createdAt: now,
      longestLifetimeMs: 60_000,
      ...(state === 'active' ? { activatedAt: now } : { provenAt: now }),
      ...(this.isSecret && { secretVersion: ++this.versions }),
      ...material(this.algorithm, kid),
    };
  }

  inState(state: KeyState): RingKey {
    const key = this.keys.find((candidate) => candidate.state === state);
    if (!key) throw new Error(`no ${state} key`);
    return key;
  }

  document(): RingDocument {
    const { issuer = ISSUER, settings = {} } = this.options;
    return {
      form: 'full',
      version: 1,
      ringId: `id-${this.name}`,
      ring: this.name,
      generation: this.generation,
      type: this.isSecret ? 'SharedSecret' : 'SigningKey',
      algorithm: this.algorithm,
      issuer,
      settings: { ...SETTINGS, ...settings },
      keys: this.keys,
    };
  }

  async write(): Promise<number> {
    this.generation += 1;
    const folder = join(this.truthDir, this.name);
    await mkdir(folder, { recursive: true });
    const file = join(folder, truthFileName(this.generation));
    await writeFile(`${file}.new`, serializeRingDocument(this.document()), { mode: 0o600 });
    await rename(`${file}.new`, file);
    return this.generation;
  }

  /** Generation 1: an active key and a standby. */
  create(): Promise<number> {
    this.keys = [this.fresh('active'), this.fresh('pending')];
    return this.write();
  }

  /** The standby signs, the key before it drains, a fresh one waits. */
  rotate(): Promise<number> {
    const since = this.generation + 1;
    this.keys = this.keys.map((key) => {
      if (key.state === 'active') return { ...key, state: 'draining', since, drainUntil: Date.now() + 60_000 };
      return key.state === 'pending' ? { ...key, state: 'active', since, activatedAt: Date.now() } : key;
    });
    this.keys.push(this.fresh('pending'));
    return this.write();
  }

  /** A new key signs at once: what a plain change of the secret does. */
  replace(): Promise<number> {
    this.keys = [this.fresh('active'), this.fresh('pending')];
    return this.write();
  }

  /** Without a pending phase: a key nobody has seen signs at once, the one before drains. */
  activateUnseen(): Promise<number> {
    const since = this.generation + 1;
    this.keys = this.keys
      .filter(({ state }) => state !== 'pending')
      .map((key) =>
        key.state === 'active' ? { ...key, state: 'draining' as const, since, drainUntil: Date.now() + 60_000 } : key,
      );
    this.keys.push(this.fresh('active'));
    return this.write();
  }

  retire(state: KeyState = 'draining'): Promise<number> {
    return this.end(state, 'retired');
  }

  private end(state: KeyState, to: 'retired' | 'revoked'): Promise<number> {
    const since = this.generation + 1;
    this.keys = this.keys.map((key) => {
      if (key.state !== state) return key;
      const { secret: _secret, jwk: _jwk, drainUntil: _until, ...rest } = key;
      return { ...rest, state: to, since };
    });
    return this.write();
  }

  /** The active key leaked: the standby signs, the leaked one is out; a secret may still decrypt. */
  compromise(): Promise<number> {
    const since = this.generation + 1;
    this.keys = this.keys.map((key) => {
      if (key.state === 'active') return { ...key, state: 'compromised', since };
      return key.state === 'pending' ? { ...key, state: 'active', since, activatedAt: Date.now() } : key;
    });
    this.keys.push(this.fresh('pending'));
    return this.write();
  }
}
