import { PassportStrategy } from '@nestjs/passport';
import type { Strategy as AnyStrategy } from 'passport';
import { Strategy } from 'passport-jwt';
import { GuardError, type TokenVerifier } from '../core/index.js';
import type { CredentialReader } from './credential.js';
import type { GuardedRequest } from './request.js';

const neverAsked = (): never => {
  throw new TypeError('the strategy verifies with the ring, not with a key of its own');
};

/**
 * Registers the guard as a strategy of passport, for `AuthGuard(name)` of @nestjs/passport. passport-jwt turns every
 * error of a key source into a 401 and verifies with a library that has no EdDSA, so `authenticate` is replaced: bad
 * credentials fail with a 401, a key source that cannot be used is an error of status 503 (rule P7).
 */
export function registerStrategy(name: string, read: CredentialReader, verifier: TokenVerifier): AnyStrategy {
  class KeyturnStrategy extends PassportStrategy(Strategy, name) {
    constructor() {
      super({ jwtFromRequest: (request) => read(request)?.value ?? null, secretOrKeyProvider: neverAsked });
    }

    /** Wanted by the mixin; `authenticate` gives the principal itself. */
    validate(): never {
      return neverAsked();
    }

    override authenticate(request: GuardedRequest): void {
      const credential = read(request);
      if (credential === undefined) {
        this.fail(new GuardError('ERR_TOKEN_MISSING', 'a bearer token is needed'), 401);
        return;
      }
      verifier.verify(credential.value, credential.source).then(
        (principal) => this.success(principal),
        (error: unknown) => {
          if (error instanceof GuardError && error.statusCode === 401) this.fail(error, 401);
          else this.error(error as Error);
        },
      );
    }
  }
  return new KeyturnStrategy();
}
