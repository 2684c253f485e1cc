import { createJwksVerifier, createRingVerifier } from './create-jwt-verifier.js';
import type { GuardErrorCode } from './errors.js';
import type { TokenVerifierOptions } from './options.js';
import type { Principal, VerificationMethod } from './principal.js';
import { createSessionVerifier } from './session-verifier.js';

/** Where a credential was found. A session token in a cookie must be signed, a bearer token need not be. */
export type CredentialSource = 'header' | 'cookie';

/** Counts since the start of the process, for metrics. */
export interface VerifierStats {
  /** Credentials accepted, from the cache or after a full verification. */
  readonly accepted: number;
  /** Of these, answered by the cache. */
  readonly cacheHits: number;
  /** Credentials kept at the moment. */
  readonly cacheEntries: number;
  readonly refused: Readonly<Partial<Record<GuardErrorCode, number>>>;
  /** Credentials that named a kid which the ring did not know. */
  readonly unknownKids: number;
  /** The keys that verify; absent before they are loaded, and for sessions without a ring. */
  readonly ring?: {
    /** Name of the ring; for a foreign issuer the configured name. */
    readonly name: string;
    /** For a foreign issuer the count of its sets, beginning with 0. */
    readonly generation: number;
    /** When the verifier took this generation into use, epoch milliseconds. */
    readonly since: number;
  };
}

/**
 * Judges credentials. Both ways give the same principal; `known` is the short one for a credential that was verified
 * before, so that a guard can answer without a promise.
 */
export interface TokenVerifier {
  readonly method: VerificationMethod;
  /** Whether a credential can be judged at the moment (rule P7). */
  ready(): boolean;
  /** The principal of a credential that is in the cache; undefined = ask `verify`. Never throws. */
  known(credential: string, source?: CredentialSource): Principal | undefined;
  /** Rejects with a GuardError: 401 for a bad credential, 503 when it cannot be judged. */
  verify(credential: string, source?: CredentialSource): Promise<Principal>;
  stats(): VerifierStats;
  /** Stops listening to the ring. The node itself belongs to whoever made it. */
  close(): void;
}

/**
 * The verifier without a framework. Registers itself with the ring node: its cache is flushed before a changed ring is
 * acknowledged (rule P2), and canaries pass through the same verification.
 *
 * Throws TypeError for options that make no sense.
 */
export function createTokenVerifier(options: TokenVerifierOptions): TokenVerifier {
  if (options.method === 'session') return createSessionVerifier(options);
  if (options.method === 'ring' || options.method === 'sharedSecret') return createRingVerifier(options);
  if (options.method === 'jwks') return createJwksVerifier(options);
  throw new TypeError('method: one of ring, sharedSecret, jwks, session');
}
