import { Inject, Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { RingNode } from '@keyturn/keyring';
import passport from 'passport';
import { Registry } from 'prom-client';
import { createTokenVerifier, type TokenVerifier } from '../core/index.js';
import { type Credential, type CredentialReader, createCredentialReader } from './credential.js';
import type { GuardModuleOptions } from './guard-options.js';
import { type KeyPart, keyPartOf } from './key-part.js';
import { registerStrategy } from './keyturn.strategy.js';
import { addToMetrics } from './metrics.js';
import type { GuardedRequest } from './request.js';

export const GUARD_OPTIONS = Symbol('keyturn:guard-options');

/** Passport's registry is global to the process: each module instance has a name of its own in it. */
let instances = 0;

/** What one instance of the module holds: the verifier, its keys, where credentials are read, the passport strategy. */
@Injectable()
export class GuardRuntime implements OnModuleInit, OnApplicationShutdown {
  readonly verifier: TokenVerifier;
  readonly realm: string;
  /** Name of the strategy, for `AuthGuard(name)` of @nestjs/passport. */
  readonly strategy: string;
  readonly registry: Registry;
  readonly #keys: KeyPart;
  readonly #read: CredentialReader;
  readonly #removeMetrics: () => void;

  constructor(@Inject(GUARD_OPTIONS) options: GuardModuleOptions) {
    this.#read = createCredentialReader(options);
    this.#keys = keyPartOf(options);
    this.verifier = createTokenVerifier(this.#keys.verifier);
    this.realm = options.realm ?? 'keyturn';
    this.registry = options.registry ?? new Registry();
    this.#removeMetrics = addToMetrics(this.registry, this.verifier);
    instances += 1;
    this.strategy = options.strategy ?? `keyturn-${instances}`;
  }

  /** The ring nodes whose receipts this process gives. */
  get nodes(): readonly RingNode[] {
    return this.#keys.nodes;
  }

  credentialOf(request: GuardedRequest): Credential | undefined {
    return this.#read(request);
  }

  /** Does not wait for the keys: until they are loaded the application answers 503, and readiness says so. */
  onModuleInit(): void {
    registerStrategy(this.strategy, this.#read, this.verifier);
    this.#keys.owned?.start().catch((error: unknown) => {
      new Logger('GuardModule').error(error instanceof Error ? error.message : 'the keys could not be loaded');
    });
  }

  /** After the last request: until then the process verifies, and its receipts must be given. */
  async onApplicationShutdown(): Promise<void> {
    passport.unuse(this.strategy);
    this.#removeMetrics();
    this.verifier.close();
    await this.#keys.owned?.stop();
  }
}
