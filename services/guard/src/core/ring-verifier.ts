import { CANARY_AUDIENCE, CANARY_TYP, type CanaryResult, KeyringError, type LoadedRing } from '@keyturn/keyring';
import { type AcceptedKey, type AcceptSet, acceptSetOf } from './accept-set.js';
import { checkClaims, principalOf } from './claims.js';
import { type CompactToken, DEFAULT_MAX_TOKEN_LENGTH, parseCompact } from './compact.js';
import { GuardError, keySourceUnavailable } from './errors.js';
import {
  audienceList,
  DEFAULT_CACHE_SIZE,
  type RingVerifierOptions,
  type SharedSecretVerifierOptions,
  wholeNumber,
} from './options.js';
import type { Principal } from './principal.js';
import { Tally } from './tally.js';
import { VerifiedTokens } from './verified-tokens.js';
import type { TokenVerifier, VerifierStats } from './verifier.js';

type Options = RingVerifierOptions | SharedSecretVerifierOptions;

/** What differs between a request and a canary: the type of the token and the audience, nothing else. */
interface Purpose {
  readonly types: ReadonlySet<string | undefined>;
  readonly audiences: readonly string[];
}

interface Verdict {
  readonly principal: Principal;
  readonly kid: string;
  /** The keys by which it was reached. */
  readonly accept: AcceptSet;
}

/** RFC 9068 and plain JWTs. A canary's type is not among them, so no route accepts one. */
const ACCESS_TOKEN_TYPES: ReadonlySet<string | undefined> = new Set([undefined, 'jwt', 'at+jwt']);
const CANARY: Purpose = { types: new Set([CANARY_TYP]), audiences: [CANARY_AUDIENCE] };

const NONE: AcceptSet = { generation: -1, issuer: undefined, clockSkewMs: 0, keys: new Map(), dead: new Set() };

export const createRingVerifier = (options: Options): TokenVerifier => new RingVerifier(options);

class RingVerifier implements TokenVerifier {
  readonly method;
  readonly #options: Options;
  readonly #requests: Purpose;
  readonly #maxLength: number;
  readonly #now: () => number;
  readonly #cache: VerifiedTokens;
  readonly #tally = new Tally();
  readonly #stopListening: () => void;
  #accept = NONE;
  #since = 0;

  constructor(options: Options) {
    this.#options = options;
    this.method = options.method;
    if (options.method === 'sharedSecret' && options.node.role === 'verifier') {
      throw new TypeError('node: a shared secret needs a node of role holder');
    }
    this.#requests = { types: ACCESS_TOKEN_TYPES, audiences: audienceList(options.audience, true) };
    this.#maxLength = wholeNumber('maxTokenLength', options.maxTokenLength ?? DEFAULT_MAX_TOKEN_LENGTH, 1);
    this.#cache = new VerifiedTokens(wholeNumber('cacheSize', options.cacheSize ?? DEFAULT_CACHE_SIZE, 0));
    this.#now = options.now ?? Date.now;
    this.#stopListening = options.node.onChange((next) => this.#load(next));
    options.node.setCanaryVerifier((credential) => this.#canary(credential));
  }

  ready(): boolean {
    return this.#options.node.ready();
  }

  known(credential: string): Principal | undefined {
    const principal = this.#cache.get(credential, this.#now());
    if (principal === undefined || !this.#options.node.ready()) return undefined;
    this.#tally.hit();
    return principal;
  }

  async verify(credential: string): Promise<Principal> {
    const known = this.known(credential);
    if (known) return known;
    try {
      const { principal, accept } = await this.#judge(credential, this.#requests);
      this.#tally.accepted++;
      // The ring may have changed since the set was read; then the entry would outlive the flush.
      if (accept === this.#accept) this.#cache.set(credential, principal, principal.expiresAt);
      return principal;
    } catch (error) {
      this.#tally.refuse(error);
      throw error;
    }
  }

  stats(): VerifierStats {
    const { generation } = this.#accept;
    const ring = { name: this.#options.node.ring, generation, since: this.#since };
    return this.#tally.stats(this.#cache.size, generation < 0 ? undefined : ring);
  }

  close(): void {
    this.#stopListening();
    this.#cache.clear();
  }

  /**
   * Swap, then flush, in one turn of the event loop: nobody sees the new keys with the old cache (rule P2). A listener
   * that is called late must not bring an older ring back.
   */
  #load(ring: LoadedRing): void {
    if (ring.generation < this.#accept.generation) return;
    this.#accept = acceptSetOf(ring.document);
    this.#since = this.#now();
    this.#cache.clear();
  }

  /** The keys in use. Throws GuardError ERR_KEY_SOURCE_UNAVAILABLE when no ring may be used (rule P7). */
  #usable(): AcceptSet {
    try {
      const ring = this.#options.node.require();
      if (!this.#options.node.ready()) throw new KeyringError('ERR_RING_UNAVAILABLE', 'the start is not confirmed yet');
      if (ring.generation > this.#accept.generation) this.#load(ring);
    } catch (error) {
      throw keySourceUnavailable(error, error instanceof KeyringError ? error.detail.retryAfterMs : undefined);
    }
    return this.#accept;
  }

  /** The one verification path, for requests and canaries alike. */
  async #judge(credential: string, purpose: Purpose): Promise<Verdict> {
    this.#usable();
    const token = parseCompact(credential, this.#maxLength);
    if (!purpose.types.has(token.typ)) {
      throw new GuardError('ERR_TOKEN_TYPE', 'the token is not of a type that is accepted here');
    }
    this.#checkClaims(token, purpose);
    const key = this.#usable().keys.get(token.kid) ?? (await this.#fetchKey(token.kid));
    await this.#checkSignature(token, key);
    return this.#settle(token, key, purpose);
  }

  /**
   * The ring may have been replaced while a signature was checked: the verdict stands only if the key is still
   * accepted now. Otherwise a request that began before a revocation would be let in after its receipt.
   */
  #settle(token: CompactToken, used: AcceptedKey, purpose: Purpose): Verdict {
    const accept = this.#usable();
    const key = accept.keys.get(token.kid);
    if (key === undefined) throw unknownKey();
    if (key.algorithm !== used.algorithm) throw wrongAlgorithm();
    this.#checkClaims(token, purpose);
    return { principal: principalOf(token.claims, this.method), kid: token.kid, accept };
  }

  #checkClaims(token: CompactToken, { audiences }: Purpose): void {
    const { clockSkewMs, issuer: ringIssuer } = this.#accept;
    const issuer = this.#options.issuer ?? ringIssuer;
    if (issuer === undefined)
      throw keySourceUnavailable(new TypeError('neither the ring nor the options name an issuer'));
    checkClaims(token.claims, { issuer, audiences, clockSkewMs }, this.#now());
  }

  async #checkSignature(token: CompactToken, key: AcceptedKey): Promise<void> {
    const allowed = this.#options.algorithms;
    if (token.alg !== key.algorithm || (allowed && !allowed.includes(key.algorithm))) throw wrongAlgorithm();
    if (!(await key.check(token.signed, token.signature))) {
      throw new GuardError('ERR_TOKEN_SIGNATURE', 'the signature is not valid');
    }
  }

  /** Rule P5: one coalesced fetch within the node's budget, then the answer is final. */
  async #fetchKey(kid: string): Promise<AcceptedKey> {
    if (this.#accept.dead.has(kid)) throw unknownKey();
    this.#tally.unknownKids++;
    try {
      await this.#options.node.refreshForUnknownKid(kid);
    } catch (error) {
      throw keySourceUnavailable(error);
    }
    const key = this.#usable().keys.get(kid);
    if (key === undefined) throw unknownKey();
    return key;
  }

  async #canary(credential: string): Promise<CanaryResult> {
    try {
      const { kid } = await this.#judge(credential, CANARY);
      return { accepted: true, kid };
    } catch (error) {
      return { accepted: false, reason: error instanceof GuardError ? error.code : 'ERR_INTERNAL' };
    }
  }
}

const unknownKey = (): GuardError =>
  new GuardError('ERR_TOKEN_UNKNOWN_KEY', 'no accepted key has the kid of the token');

const wrongAlgorithm = (): GuardError =>
  new GuardError('ERR_TOKEN_ALGORITHM', 'the algorithm of the token is not that of the key');
