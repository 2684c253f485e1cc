import type { JwksSource, JwksSourceOptions, RingNode, RingNodeOptions } from '@keyturn/keyring';
import type { Registry } from 'prom-client';
import type {
  JwksVerifierOptions,
  RingVerifierOptions,
  SessionVerifierOptions,
  SharedSecretVerifierOptions,
} from '../core/index.js';
import type { CredentialOptions } from './credential.js';

interface TransportOptions extends CredentialOptions {
  /** `realm` of the challenges (RFC 9110, 11.5); default `keyturn`. */
  readonly realm?: string;
  /** Name of the passport strategy; default: a name of its own for each module instance. */
  readonly strategy?: string;
  /** Where the guard's metrics are registered; default: a registry of its own, `GuardRuntime.registry`. */
  readonly registry?: Registry;
}

/**
 * The ring: a node that belongs to the caller, who starts and stops it; or the options of one, and the module makes it,
 * starts it with the application and stops it after the last request. The role follows from the method.
 */
export type NodeOrOptions = RingNode | OwnNodeOptions;
export type OwnNodeOptions = Omit<RingNodeOptions, 'role'> & Partial<Pick<RingNodeOptions, 'role'>>;

/** The same for the keys of a foreign issuer. */
export type SourceOrOptions = JwksSource | JwksSourceOptions;

/** How credentials come in and how they are verified. */
export type GuardModuleOptions = TransportOptions &
  (
    | (Omit<RingVerifierOptions, 'node'> & { readonly node: NodeOrOptions })
    | (Omit<SharedSecretVerifierOptions, 'node'> & { readonly node: NodeOrOptions })
    | (Omit<JwksVerifierOptions, 'source'> & { readonly source: SourceOrOptions })
    | (Omit<SessionVerifierOptions, 'node'> & { readonly node?: NodeOrOptions })
  );

/** Fixed when the module is declared. */
export interface GuardModuleExtras {
  /** Guard every route of the application; default true. Otherwise `@UseGuards(KeyturnGuard)` where it is wanted. */
  readonly everyRoute?: boolean;
  /** Answer every error of the application as problem+json; default true. */
  readonly problems?: boolean;
}
