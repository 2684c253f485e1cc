import type { JwksSource, RingAlgorithm, RingNode } from '@keyturn/keyring';
import type { SessionStore } from './session-store.js';

interface CommonOptions {
  /** Verified credentials kept in memory, entries; default 10,000. 0 switches the cache off. */
  readonly cacheSize?: number;
  /** Longest credential that is looked at, characters; default 8192. */
  readonly maxTokenLength?: number;
  /** Wall clock, epoch milliseconds; default Date.now. */
  readonly now?: () => number;
}

interface TokenOptions extends CommonOptions {
  /** Audiences of this service: one of them must be in `aud`. The platform's is `keyturn`. */
  readonly audience: string | readonly string[];
  /** Required `iss`; default: the issuer that the ring document names. */
  readonly issuer?: string;
  /** Algorithms that this service allows; default: whatever the ring pins. A canary shows a pin that does not fit. */
  readonly algorithms?: readonly RingAlgorithm[];
}

/** Signed tokens, verified with the public keys of a ring. */
export interface RingVerifierOptions extends TokenOptions {
  readonly method: 'ring';
  readonly node: RingNode;
}

/** HS256 tokens. A process that can verify them can also sign them: prefer `ring` wherever the issuer is not you. */
export interface SharedSecretVerifierOptions extends TokenOptions {
  readonly method: 'sharedSecret';
  /** A node of role `holder` (or `issuer`). */
  readonly node: RingNode;
}

/** Tokens of an issuer that is not ours, verified with the keys that it publishes. It takes part in no rotation of ours. */
export interface JwksVerifierOptions extends Omit<TokenOptions, 'issuer'> {
  readonly method: 'jwks';
  readonly source: JwksSource;
  /** Required `iss`: a JWK set does not say whose it is. */
  readonly issuer: string;
  /** Leeway on `exp`, `nbf` and `iat`, milliseconds; default 30,000. */
  readonly clockSkewMs?: number;
  /** Name in metrics; default: the issuer. */
  readonly name?: string;
}

/** Lookup of Better Auth's session table, for a raw session token as bearer or a signed session cookie. */
export interface SessionVerifierOptions extends CommonOptions {
  readonly method: 'session';
  readonly store: SessionStore;
  /** Ring of the session secret, of role `holder`; without it signed values (cookies) are refused. */
  readonly node?: RingNode;
  /** How long an answer of the table is believed, milliseconds; default 5000. A sign-out takes effect within it. */
  readonly cacheTtlMs?: number;
  /** Permissions of each role, as the auth service maps them; default none. */
  readonly permissions?: Readonly<Record<string, readonly string[]>>;
  /** Audiences that a session stands for (`@Audience`); default none. */
  readonly audience?: string | readonly string[];
}

/** Every way whose credentials are JWTs. */
export type JwtVerifierOptions = RingVerifierOptions | SharedSecretVerifierOptions | JwksVerifierOptions;

export type TokenVerifierOptions = JwtVerifierOptions | SessionVerifierOptions;

export const DEFAULT_CACHE_SIZE = 10_000;
export const DEFAULT_CLOCK_SKEW_MS = 30_000;

const listOf = (value: string | readonly string[] | undefined): readonly string[] =>
  value === undefined ? [] : typeof value === 'string' ? [value] : [...value];

/** The audiences as a list. Throws TypeError when one is empty or, with `required`, when there is none. */
export function audienceList(value: string | readonly string[] | undefined, required: boolean): readonly string[] {
  const audiences = listOf(value);
  if (required && audiences.length === 0) throw new TypeError('audience: at least one is required');
  if (audiences.some((audience) => typeof audience !== 'string' || audience === '')) {
    throw new TypeError('audience: each one must be a text that is not empty');
  }
  return audiences;
}

/** Throws TypeError naming the option unless the value is a whole number of at least `least`. */
export function wholeNumber(name: string, value: number, least: number): number {
  if (!Number.isInteger(value) || value < least) throw new TypeError(`${name}: a whole number of ${least} or more`);
  return value;
}
