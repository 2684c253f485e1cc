import { GuardError, grants, type Principal } from '../core/index.js';
import { ACCESS, type Access, AUDIENCE, PATH_USER, PERMISSIONS, ROLES, SCOPES } from './decorators.js';
import type { GuardedRequest } from './request.js';

/** What one route asks for. */
export interface RoutePolicy {
  readonly access: Access;
  readonly roles?: readonly string[];
  readonly permissions?: readonly string[];
  readonly scopes?: readonly string[];
  readonly audiences?: readonly string[];
  readonly pathUser?: string;
  /** Nothing is asked beyond a good credential. */
  readonly bare: boolean;
}

const REQUIREMENTS = [ROLES, PERMISSIONS, SCOPES, AUDIENCE, PATH_USER] as const;

const read = <T>(key: string, target: object): T | undefined => Reflect.getMetadata(key, target) as T | undefined;

const CONTRADICTION = 'a route cannot be open and ask for something as well';

const asks = (place: object): boolean => REQUIREMENTS.some((key) => read(key, place) !== undefined);

/** Whoever sends no credential would pass what is asked for. */
function refuseOpenAndAsking(place: object): void {
  const access = read<Access>(ACCESS, place);
  if (access !== undefined && access !== 'guarded' && asks(place)) throw new TypeError(CONTRADICTION);
}

/**
 * Reads the decorators of a route: those of the handler, then those of its class. A handler that asks for something is
 * guarded even in a public class. Throws TypeError when one handler, or one class, is open and asks for something.
 */
export function readRoutePolicy(target: object, handler: object): RoutePolicy {
  for (const place of [handler, target]) refuseOpenAndAsking(place);
  const access =
    read<Access>(ACCESS, handler) ?? (asks(handler) ? undefined : read<Access>(ACCESS, target)) ?? 'guarded';
  const [roles, permissions, scopes, audiences, pathUser] = REQUIREMENTS.map(
    (key) => read<readonly string[]>(key, handler) ?? read<readonly string[]>(key, target),
  );
  const bare = !(roles ?? permissions ?? scopes ?? audiences ?? pathUser);
  if (access === 'optional' && !bare) throw new TypeError(CONTRADICTION);
  return {
    access,
    bare,
    ...(roles && { roles }),
    ...(permissions && { permissions }),
    ...(scopes && { scopes }),
    ...(audiences && { audiences }),
    ...(pathUser?.[0] !== undefined && { pathUser: pathUser[0] }),
  };
}

interface KnownPolicy {
  readonly target: object;
  readonly policy: RoutePolicy;
}

/** Policies by handler, read once. Two classes can share an inherited handler: each has its own policy. */
export class RoutePolicies {
  readonly #first = new WeakMap<object, KnownPolicy>();
  readonly #further = new WeakMap<object, KnownPolicy[]>();

  of(target: object, handler: object): RoutePolicy {
    const known = this.#first.get(handler);
    if (known?.target === target) return known.policy;
    const further = this.#further.get(handler)?.find((each) => each.target === target);
    return further?.policy ?? this.#read(target, handler);
  }

  #read(target: object, handler: object): RoutePolicy {
    const policy = readRoutePolicy(target, handler);
    if (this.#first.has(handler)) {
      this.#further.set(handler, [...(this.#further.get(handler) ?? []), { target, policy }]);
    } else this.#first.set(handler, { target, policy });
    return policy;
  }
}

/** Throws a GuardError of status 403 when the user may not do this. */
export function authorize(policy: RoutePolicy, principal: Principal, request: GuardedRequest): void {
  if (policy.bare) return;
  const { audiences, roles, permissions, scopes, pathUser } = policy;
  if (audiences && !audiences.some((audience) => principal.audiences.includes(audience))) {
    throw new GuardError('ERR_AUDIENCE_REQUIRED', 'the token is not meant for this service');
  }
  if (roles && !roles.some((role) => principal.roles.includes(role))) {
    throw new GuardError('ERR_ROLE_REQUIRED', 'the user does not have the role that is needed');
  }
  if (permissions && !permissions.every((permission) => grants(principal.permissions, permission))) {
    throw new GuardError('ERR_PERMISSION_REQUIRED', 'a permission is missing', { required: permissions });
  }
  if (scopes && !scopes.every((scope) => principal.scopes.includes(scope))) {
    throw new GuardError('ERR_SCOPE_REQUIRED', 'a scope is missing', { required: scopes });
  }
  if (pathUser !== undefined) requirePathUser(pathUser, principal, request);
}

function requirePathUser(parameter: string, principal: Principal, request: GuardedRequest): void {
  const parameters = request.params as Record<string, unknown> | undefined;
  const value = parameters?.[parameter];
  if (value === undefined) throw new TypeError(`the route has no path parameter ${parameter}`);
  if (value !== principal.sub) throw new GuardError('ERR_PATH_USER', 'the path names another user');
}
