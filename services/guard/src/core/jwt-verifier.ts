import { CANARY_AUDIENCE, CANARY_TYP, type CanaryResult, type RingAlgorithm } from '@keyturn/keyring';
import type { AcceptedKey, AcceptSet } from './accept-set.js';
import { checkClaims, principalOf } from './claims.js';
import { type CompactToken, DEFAULT_MAX_TOKEN_LENGTH, parseCompact } from './compact.js';
import { GuardError, keySourceUnavailable } from './errors.js';
import type { Flush, KeySupply } from './key-supply.js';
import { audienceList, DEFAULT_CACHE_SIZE, type JwtVerifierOptions, wholeNumber } from './options.js';
import type { Principal } from './principal.js';
import { Tally } from './tally.js';
import { VerifiedTokens } from './verified-tokens.js';
import type { TokenVerifier, VerifierStats } from './verifier.js';

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

interface JwtVerifierParts {
  readonly options: JwtVerifierOptions;
  /** Makes the supply; it calls the argument whenever the keys are replaced. */
  readonly supply: (flush: Flush, now: () => number) => KeySupply;
  /** Required `iss`, where the keys do not come with one. */
  readonly issuer: string | undefined;
}

/** Verifies signed tokens, whatever their keys come from. */
export class JwtVerifier implements TokenVerifier {
  readonly method;
  readonly #issuer: string | undefined;
  readonly #ends: (() => void)[] = [];
  readonly #algorithms: readonly RingAlgorithm[] | undefined;
  readonly #requests: Purpose;
  readonly #maxLength: number;
  readonly #now: () => number;
  readonly #cache: VerifiedTokens;
  readonly #tally = new Tally();
  readonly #supply: KeySupply;

  constructor({ options, supply, issuer }: JwtVerifierParts) {
    this.method = options.method;
    this.#issuer = issuer;
    this.#algorithms = options.algorithms;
    this.#requests = { types: ACCESS_TOKEN_TYPES, audiences: audienceList(options.audience, true) };
    this.#maxLength = wholeNumber('maxTokenLength', options.maxTokenLength ?? DEFAULT_MAX_TOKEN_LENGTH, 1);
    this.#cache = new VerifiedTokens(wholeNumber('cacheSize', options.cacheSize ?? DEFAULT_CACHE_SIZE, 0));
    this.#now = options.now ?? Date.now;
    this.#supply = supply(() => this.#cache.clear(), this.#now);
  }

  ready(): boolean {
    return this.#supply.ready();
  }

  known(credential: string): Principal | undefined {
    if (!this.#supply.ready()) return undefined;
    const principal = this.#cache.get(credential, this.#now());
    if (principal !== undefined) this.#tally.hit();
    return principal;
  }

  async verify(credential: string): Promise<Principal> {
    const known = this.known(credential);
    if (known) return known;
    try {
      const { principal, accept } = await this.#judge(credential, this.#requests);
      this.#tally.accepted++;
      // The keys may have changed since they were read; then the entry would outlive the flush.
      if (accept === this.#supply.usable()) this.#cache.set(credential, principal, principal.expiresAt);
      return principal;
    } catch (error) {
      this.#tally.refuse(error);
      throw error;
    }
  }

  /** A canary goes the way of a request; only the type of the token and the audience differ. */
  async verifyCanary(credential: string): Promise<CanaryResult> {
    try {
      const { kid } = await this.#judge(credential, CANARY);
      return { accepted: true, kid };
    } catch (error) {
      return { accepted: false, reason: error instanceof GuardError ? error.code : 'ERR_INTERNAL' };
    }
  }

  stats(): VerifierStats {
    const state = this.#supply.state();
    return this.#tally.stats(this.#cache.size, state && { name: this.#supply.name, ...state });
  }

  /** Has `end` called when the verifier is closed. */
  onClose(end: () => void): void {
    this.#ends.push(end);
  }

  close(): void {
    for (const end of this.#ends) end();
    this.#supply.close();
    this.#cache.clear();
  }

  /** The one verification path, for requests and canaries alike. */
  async #judge(credential: string, purpose: Purpose): Promise<Verdict> {
    const accept = this.#supply.usable();
    const token = parseCompact(credential, this.#maxLength);
    if (!purpose.types.has(token.typ)) {
      throw new GuardError('ERR_TOKEN_TYPE', 'the token is not of a type that is accepted here');
    }
    this.#checkClaims(token, purpose, accept);
    const key = accept.keys.get(token.kid) ?? (await this.#fetchKey(token.kid, accept));
    await this.#checkSignature(token, key);
    return this.#settle(token, key, purpose);
  }

  /**
   * The ring may have been replaced while a signature was checked: the verdict stands only if the key is still
   * accepted now. Otherwise a request that began before a revocation would be let in after its receipt.
   */
  #settle(token: CompactToken, used: AcceptedKey, purpose: Purpose): Verdict {
    const accept = this.#supply.usable();
    const key = accept.keys.get(token.kid);
    if (key === undefined) throw unknownKey();
    if (key.algorithm !== used.algorithm) throw wrongAlgorithm();
    this.#checkClaims(token, purpose, accept);
    return { principal: principalOf(token.claims, this.method), kid: token.kid, accept };
  }

  #checkClaims(token: CompactToken, { audiences }: Purpose, accept: AcceptSet): void {
    const issuer = this.#issuer ?? accept.issuer;
    if (issuer === undefined)
      throw keySourceUnavailable(new TypeError('neither the ring nor the options name an issuer'));
    checkClaims(token.claims, { issuer, audiences, clockSkewMs: accept.clockSkewMs }, this.#now());
  }

  async #checkSignature(token: CompactToken, key: AcceptedKey): Promise<void> {
    const allowed = this.#algorithms;
    if (token.alg !== key.algorithm || (allowed && !allowed.includes(key.algorithm))) throw wrongAlgorithm();
    if (!(await key.check(token.signed, token.signature))) {
      throw new GuardError('ERR_TOKEN_SIGNATURE', 'the signature is not valid');
    }
  }

  /** Rule P5: one coalesced fetch within the budget of the supply, then the answer is final. */
  async #fetchKey(kid: string, { dead }: AcceptSet): Promise<AcceptedKey> {
    if (dead.has(kid)) throw unknownKey();
    this.#tally.unknownKids++;
    await this.#supply.ask(kid);
    const key = this.#supply.usable().keys.get(kid);
    if (key === undefined) throw unknownKey();
    return key;
  }
}

const unknownKey = (): GuardError =>
  new GuardError('ERR_TOKEN_UNKNOWN_KEY', 'no accepted key has the kid of the token');

const wrongAlgorithm = (): GuardError =>
  new GuardError('ERR_TOKEN_ALGORITHM', 'the algorithm of the token is not that of the key');
