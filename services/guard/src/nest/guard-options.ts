import type { RingVerifierOptions, SessionVerifierOptions, SharedSecretVerifierOptions } from '../core/index.js';
import type { CredentialOptions } from './credential.js';

interface TransportOptions extends CredentialOptions {
  /** `realm` of the challenges (RFC 9110, 11.5); default `keyturn`. */
  readonly realm?: string;
  /** Name of the passport strategy; default: a name of its own for each module instance. */
  readonly strategy?: string;
}

/** How credentials come in and how they are verified. */
export type GuardModuleOptions = TransportOptions &
  (RingVerifierOptions | SharedSecretVerifierOptions | SessionVerifierOptions);

/** Fixed when the module is declared. */
export interface GuardModuleExtras {
  /** Guard every route of the application; default true. Otherwise `@UseGuards(KeyturnGuard)` where it is wanted. */
  readonly everyRoute?: boolean;
  /** Answer every error of the application as problem+json; default true. */
  readonly problems?: boolean;
}
