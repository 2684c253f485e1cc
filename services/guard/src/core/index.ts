/**
 * The verifier without a framework: takes a credential, gives a principal or a coded error.
 *
 * Owns: parsing of compact tokens, signatures, claims, the cache of verified credentials, the session lookup, the error
 * family. Leaves: keys and their life to @keyturn/keyring; HTTP, routes and decorators to ../nest.
 */
export {
  GUARD_ERROR_CODES,
  GuardError,
  type GuardErrorCode,
  type GuardErrorDetail,
  type GuardStatus,
} from './errors.js';
export type {
  JwksVerifierOptions,
  RingVerifierOptions,
  SessionVerifierOptions,
  SharedSecretVerifierOptions,
  TokenVerifierOptions,
} from './options.js';
export { grants, type Principal, type VerificationMethod } from './principal.js';
export {
  createPostgresSessionStore,
  type PostgresSessionStoreOptions,
  type Queryable,
  type SessionRow,
  type SessionStore,
} from './session-store.js';
export { type CredentialSource, createTokenVerifier, type TokenVerifier, type VerifierStats } from './verifier.js';
