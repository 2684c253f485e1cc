import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { GuardError, type Principal } from '../core/index.js';
import { GuardRuntime } from './guard-runtime.js';
import { type GuardedRequest, requestOf } from './request.js';
import { authorize, RoutePolicies, type RoutePolicy } from './route-policy.js';

/**
 * Guards routes. A credential that was verified before is answered without a promise; passport is not in this path
 * (its `authenticate` costs more than the whole check), its strategy is for those who compose strategies.
 */
@Injectable()
export class KeyturnGuard implements CanActivate {
  readonly #policies = new RoutePolicies();

  constructor(private readonly runtime: GuardRuntime) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const policy = this.#policies.of(context.getClass(), context.getHandler());
    if (policy.access === 'public') return true;
    const request = requestOf(context);
    const credential = this.runtime.credentialOf(request);
    if (credential === undefined) {
      if (policy.access === 'optional') return true;
      throw new GuardError('ERR_TOKEN_MISSING', 'a bearer token is needed');
    }
    const { verifier } = this.runtime;
    const known = verifier.known(credential.value, credential.source);
    if (known) return admit(policy, known, request);
    return verifier.verify(credential.value, credential.source).then((principal) => admit(policy, principal, request));
  }
}

function admit(policy: RoutePolicy, principal: Principal, request: GuardedRequest): true {
  authorize(policy, principal, request);
  request.user = principal;
  return true;
}
