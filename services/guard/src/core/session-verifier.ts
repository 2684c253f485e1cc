import { type CanaryResult, KeyringError, type LoadedRing } from '@keyturn/keyring';
import { DEFAULT_MAX_TOKEN_LENGTH } from './compact.js';
import { GuardError, keySourceUnavailable } from './errors.js';
import { audienceList, DEFAULT_CACHE_SIZE, type SessionVerifierOptions, wholeNumber } from './options.js';
import { deepFreeze, type Principal, splitRoles } from './principal.js';
import type { SessionRow } from './session-store.js';
import { acceptedSecrets, readSecretCanary, readSignedValue, type SigningSecret } from './signed-value.js';
import { Tally } from './tally.js';
import { VerifiedTokens } from './verified-tokens.js';
import type { CredentialSource, TokenVerifier, VerifierStats } from './verifier.js';

const DEFAULT_CACHE_TTL_MS = 5000;

export const createSessionVerifier = (options: SessionVerifierOptions): TokenVerifier => new SessionVerifier(options);

class SessionVerifier implements TokenVerifier {
  readonly method = 'session';
  readonly #options: SessionVerifierOptions;
  readonly #audiences: readonly string[];
  readonly #maxLength: number;
  readonly #ttlMs: number;
  readonly #now: () => number;
  readonly #cache: VerifiedTokens;
  readonly #tally = new Tally();
  readonly #stopListening: (() => void) | undefined;
  readonly #stopAnswering: (() => void) | undefined;
  #secrets: readonly SigningSecret[] = [];
  #generation = -1;
  #since = 0;

  constructor(options: SessionVerifierOptions) {
    this.#options = options;
    if (options.node?.role === 'verifier') throw new TypeError('node: a session secret needs a node of role holder');
    this.#audiences = audienceList(options.audience, false);
    this.#maxLength = wholeNumber('maxTokenLength', options.maxTokenLength ?? DEFAULT_MAX_TOKEN_LENGTH, 1);
    this.#ttlMs = wholeNumber('cacheTtlMs', options.cacheTtlMs ?? DEFAULT_CACHE_TTL_MS, 0);
    this.#cache = new VerifiedTokens(wholeNumber('cacheSize', options.cacheSize ?? DEFAULT_CACHE_SIZE, 0));
    this.#now = options.now ?? Date.now;
    this.#stopListening = options.node?.onChange((next) => this.#load(next));
    this.#stopAnswering = options.node?.addCanaryVerifier((credential) => Promise.resolve(this.#canary(credential)));
  }

  ready(): boolean {
    return this.#options.node?.ready() ?? true;
  }

  known(credential: string, source: CredentialSource = 'header'): Principal | undefined {
    if (!this.#follow()) return undefined;
    const principal = this.#cache.get(cacheKey(credential, source), this.#now());
    if (principal === undefined) return undefined;
    this.#tally.hit();
    return principal;
  }

  async verify(credential: string, source: CredentialSource = 'header'): Promise<Principal> {
    const known = this.known(credential, source);
    if (known) return known;
    try {
      const principal = await this.#judge(credential, source);
      this.#tally.accepted++;
      return principal;
    } catch (error) {
      this.#tally.refuse(error);
      throw error;
    }
  }

  stats(): VerifierStats {
    const { node } = this.#options;
    const ring = node && { name: node.ring, generation: this.#generation, since: this.#since };
    return this.#tally.stats(this.#cache.size, this.#generation < 0 ? undefined : ring);
  }

  close(): void {
    this.#stopListening?.();
    this.#stopAnswering?.();
    this.#cache.clear();
  }

  /** Whether what was verified may be used: under the ring that is loaded, though the listener was not called for it yet. */
  #follow(): boolean {
    const { node } = this.#options;
    if (!this.ready()) return false;
    const ring = node?.require();
    if (ring && ring.generation > this.#generation) this.#load(ring);
    return true;
  }

  /** A listener that is called late must not bring an older ring back. */
  #load(ring: LoadedRing): void {
    if (ring.generation < this.#generation) return;
    this.#secrets = acceptedSecrets(ring.document);
    this.#generation = ring.generation;
    this.#since = this.#now();
    this.#cache.clear();
  }

  async #judge(credential: string, source: CredentialSource): Promise<Principal> {
    if (credential.length > this.#maxLength) {
      throw new GuardError('ERR_TOKEN_TOO_LARGE', `the token has more than ${this.#maxLength} characters`);
    }
    const token = this.#sessionToken(credential, source);
    const row = await this.#find(token);
    const now = this.#now();
    if (row === undefined || now >= row.expiresAt)
      throw new GuardError('ERR_SESSION_UNKNOWN', 'there is no such session');
    // The secret may have been revoked while the table was asked.
    if (token !== credential) this.#sessionToken(credential, source);
    const principal = this.#principal(row);
    this.#cache.set(cacheKey(credential, source), principal, Math.min(row.expiresAt, now + this.#ttlMs));
    return principal;
  }

  /** The token of the session row. A cookie must be signed; a bearer token may be the raw one or a signed one. */
  #sessionToken(credential: string, source: CredentialSource): string {
    if (source === 'header' && !credential.includes('.')) return credential;
    const signed = readSignedValue(credential, this.#usableSecrets());
    if (signed === undefined) throw new GuardError('ERR_TOKEN_SIGNATURE', 'the signature is not valid');
    return signed.value;
  }

  /** Throws GuardError ERR_KEY_SOURCE_UNAVAILABLE when no ring may be used (rule P7). */
  #usableSecrets(): readonly SigningSecret[] {
    const { node } = this.#options;
    if (node === undefined) throw new GuardError('ERR_TOKEN_MALFORMED', 'signed session tokens are not accepted here');
    try {
      const ring = node.require();
      if (!node.ready()) throw new KeyringError('ERR_RING_UNAVAILABLE', 'the start is not confirmed yet');
      if (ring.generation > this.#generation) this.#load(ring);
    } catch (error) {
      throw keySourceUnavailable(error);
    }
    return this.#secrets;
  }

  async #find(token: string): Promise<SessionRow | undefined> {
    try {
      return await this.#options.store.find(token);
    } catch (error) {
      throw keySourceUnavailable(error);
    }
  }

  #principal({ userId, email, role, expiresAt, ...row }: SessionRow): Principal {
    const roles = splitRoles(role ?? undefined);
    const permissions = [...new Set(roles.flatMap((name) => this.#options.permissions?.[name] ?? []))];
    const emailVerified = email !== null && row.emailVerified === true;
    const shown = { ...(email !== null && { email }), ...(role !== null && { role }) };
    const claims = { sub: userId, ...shown, ...(email !== null && { email_verified: emailVerified }), permissions };
    return deepFreeze<Principal>({
      sub: userId,
      userId,
      ...shown,
      emailVerified,
      roles,
      permissions,
      scopes: [],
      audiences: this.#audiences,
      expiresAt,
      method: 'session',
      claims,
    });
  }

  #canary(credential: string): CanaryResult {
    try {
      const kid = readSecretCanary(credential, this.#usableSecrets());
      return kid === undefined ? { accepted: false, reason: 'ERR_TOKEN_SIGNATURE' } : { accepted: true, kid };
    } catch (error) {
      return { accepted: false, reason: error instanceof GuardError ? error.code : 'ERR_INTERNAL' };
    }
  }
}

/** A raw token that is known as a bearer must not open the door as an unsigned cookie. */
const cacheKey = (credential: string, source: CredentialSource): string => `${source}:${credential}`;
