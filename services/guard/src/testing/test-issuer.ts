import { createHmac, randomBytes } from 'node:crypto';
import { CANARY_AUDIENCE, CANARY_TYP, type RingNode, type SigningAlgorithm } from '@keyturn/keyring';
import type { RingVerifierOptions, SharedSecretVerifierOptions } from '../core/index.js';
import { createTestKey, type TestKey } from './keys.js';
import { MemoryRingNode } from './memory-ring-node.js';
import { TestRing } from './test-ring.js';

export interface TestIssuerOptions {
  /** Default ES256. */
  readonly algorithm?: SigningAlgorithm | 'HS256';
  /** `iss`; default `https://issuer.test`. */
  readonly issuer?: string;
  /** `aud`; default `keyturn`. */
  readonly audience?: string;
  /** Leeway of verifiers, milliseconds; default 30,000. */
  readonly clockSkewMs?: number;
  /** Name of the ring; default `access-tokens`. */
  readonly ring?: string;
}

/** Claims of a token. Each one that is given takes the place of the default; `undefined` leaves the claim out. */
export interface TestClaims {
  /** Default `user-1`. */
  readonly sub?: string;
  readonly email?: string;
  readonly role?: string;
  readonly roles?: readonly string[];
  readonly permissions?: readonly string[];
  /** Names separated by spaces. */
  readonly scope?: string;
  readonly aud?: string | readonly string[];
  /** Seconds; default now + 300. */
  readonly exp?: number | undefined;
  readonly [claim: string]: unknown;
}

/** A token to be signed with whatever header is wanted; for tests of refusals. */
export interface RawToken {
  readonly header?: Readonly<Record<string, unknown>>;
  readonly claims?: TestClaims;
  /** Default: the active key. */
  readonly key?: TestKey;
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const seconds = (): number => Math.floor(Date.now() / 1000);

/** An issuer for tests: its own keys, real signatures, no network, and the ring that a guard follows. */
export class TestIssuer {
  readonly issuer: string;
  readonly audience: string;
  readonly algorithm: SigningAlgorithm | 'HS256';
  readonly #ring: TestRing;
  readonly #node: MemoryRingNode;

  constructor(options: TestIssuerOptions = {}) {
    const { algorithm = 'ES256', issuer = 'https://issuer.test', audience = 'keyturn' } = options;
    const { ring = 'access-tokens', clockSkewMs = 30_000 } = options;
    this.issuer = issuer;
    this.audience = audience;
    this.algorithm = algorithm;
    this.#ring = new TestRing(ring, algorithm, issuer, clockSkewMs);
    this.#node = new MemoryRingNode(ring, algorithm === 'HS256' ? 'holder' : 'verifier');
    void this.#node.load(this.#ring.document());
  }

  /** The ring as the guard sees it. `setUsable(false)` takes the key source away. */
  get node(): RingNode & Pick<MemoryRingNode, 'setUsable' | 'load' | 'onUnknownKid'> {
    return this.#node;
  }

  /** The keys themselves, for tests of refusals. */
  get ring(): TestRing {
    return this.#ring;
  }

  /** Options for `GuardModule.forRoot` or `createTokenVerifier`. */
  guardOptions(): RingVerifierOptions | SharedSecretVerifierOptions {
    const method = this.algorithm === 'HS256' ? 'sharedSecret' : 'ring';
    return { method, node: this.#node, audience: this.audience };
  }

  /** A good token of the active key. */
  mint(claims: TestClaims = {}): string {
    return this.sign({ claims });
  }

  /** A token whose life ended an hour ago. */
  expired(claims: TestClaims = {}): string {
    return this.mint({ iat: seconds() - 7200, exp: seconds() - 3600, ...claims });
  }

  wrongAudience(claims: TestClaims = {}): string {
    return this.mint({ aud: 'another-service', ...claims });
  }

  /** Signed with a real key that the ring does not have. */
  unknownKid(claims: TestClaims = {}): string {
    return this.sign({ claims, key: createTestKey(this.algorithm) });
  }

  /** An unsigned token that says so. */
  algNone(claims: TestClaims = {}): string {
    const header = { typ: 'JWT', alg: 'none', kid: this.#ring.active.kid };
    return `${encode(header)}.${encode(this.claims(claims))}.`;
  }

  /** What the operator sends before it lets a key sign: made with the standby. */
  canary(): string {
    const claims = { aud: CANARY_AUDIENCE };
    return this.sign({ header: { typ: CANARY_TYP }, claims, key: this.#ring.standby });
  }

  /** Signs any header and claims with any key; nothing is checked. */
  sign({ header = {}, claims = {}, key = this.#ring.active }: RawToken): string {
    const signed = `${encode({ typ: 'JWT', alg: this.algorithm, kid: key.kid, ...header })}.${encode(this.claims(claims))}`;
    return `${signed}.${key.sign(signed).toString('base64url')}`;
  }

  /** The default claims with those given in their place. */
  claims(claims: TestClaims = {}): Record<string, unknown> {
    const now = seconds();
    const defaults = { iss: this.issuer, aud: this.audience, sub: 'user-1', iat: now, exp: now + 300 };
    return { ...defaults, jti: randomBytes(8).toString('hex'), ...claims };
  }

  /** A planned rotation: the standby signs from now on, tokens of the old key stay good. Resolves once guards follow. */
  async rotate(): Promise<void> {
    this.#ring.rotate();
    await this.#node.load(this.#ring.document());
  }

  /** An emergency: tokens of the key (default: the active one) are refused from now on. Resolves once guards follow. */
  async revoke(kid: string = this.#ring.active.kid): Promise<void> {
    this.#ring.revoke(kid);
    await this.#node.load(this.#ring.document());
  }
}

export const createTestIssuer = (options?: TestIssuerOptions): TestIssuer => new TestIssuer(options);

/** Signs a value as Better Auth signs a session cookie, before the cookie's own percent-encoding. */
export const signSessionToken = (token: string, secret: string): string =>
  `${token}.${createHmac('sha256', secret).update(token).digest('base64')}`;
