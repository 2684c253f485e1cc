import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { RingNode } from '@keyturn/keyring';
import passport from 'passport';
import { createTokenVerifier, type TokenVerifier } from '../core/index.js';
import { type Credential, type CredentialReader, createCredentialReader } from './credential.js';
import type { GuardModuleOptions } from './guard-options.js';
import { KeyturnStrategy } from './keyturn.strategy.js';
import type { GuardedRequest } from './request.js';

export const GUARD_OPTIONS = Symbol('keyturn:guard-options');

/** Passport's registry is global to the process: each module instance has a name of its own in it. */
let instances = 0;

/** What one instance of the module holds: the verifier, where credentials are read, the passport strategy. */
@Injectable()
export class GuardRuntime implements OnModuleInit, OnApplicationShutdown {
  readonly verifier: TokenVerifier;
  readonly nodes: readonly RingNode[];
  readonly realm: string;
  /** Name of the strategy, for `AuthGuard(name)` of @nestjs/passport. */
  readonly strategy: string;
  readonly #read: CredentialReader;

  constructor(@Inject(GUARD_OPTIONS) options: GuardModuleOptions) {
    this.verifier = createTokenVerifier(options);
    this.nodes = options.node ? [options.node] : [];
    this.realm = options.realm ?? 'keyturn';
    this.#read = createCredentialReader(options);
    instances += 1;
    this.strategy = options.strategy ?? `keyturn-${instances}`;
  }

  credentialOf(request: GuardedRequest): Credential | undefined {
    return this.#read(request);
  }

  onModuleInit(): void {
    passport.use(this.strategy, new KeyturnStrategy(this.#read, this.verifier));
  }

  onApplicationShutdown(): void {
    passport.unuse(this.strategy);
    this.verifier.close();
  }
}
