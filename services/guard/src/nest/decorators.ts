import { applyDecorators, createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import type { Principal } from '../core/index.js';
import { requestOf } from './request.js';

/** Metadata keys; a decorator on the handler takes the place of the same one on its class. */
export const ACCESS = 'keyturn:access';
export const ROLES = 'keyturn:roles';
export const PERMISSIONS = 'keyturn:permissions';
export const SCOPES = 'keyturn:scopes';
export const AUDIENCE = 'keyturn:audience';
export const PATH_USER = 'keyturn:path-user';

export type Access = 'public' | 'optional' | 'guarded';
type Decorator = MethodDecorator & ClassDecorator;

const names = (key: string, values: readonly string[]): Decorator => {
  if (values.length === 0 || values.some((value) => typeof value !== 'string' || value === '')) {
    throw new TypeError(`${key}: at least one name, none of them empty`);
  }
  return SetMetadata(key, values);
};

/** Opens a route, or all routes of a controller. No credential is read. */
export const Public = (): Decorator => SetMetadata(ACCESS, 'public' satisfies Access);

/** Lets a request without a credential in, with no current user. A credential that is bad is still refused. */
export const OptionalAuth = (): Decorator => SetMetadata(ACCESS, 'optional' satisfies Access);

/** The user must have at least one of the roles, else 403. */
export const Roles = (...roles: string[]): Decorator => names(ROLES, roles);

/** The user must have all of the permissions, else 403. `*` and `tasks:*` count for what they cover. */
export const Permissions = (...permissions: string[]): Decorator => names(PERMISSIONS, permissions);

/** The token must carry all of the scopes, else 403. */
export const Scopes = (...scopes: string[]): Decorator => names(SCOPES, scopes);

/** The token must also be meant for one of these audiences, else 403. The verifier's own audience is checked anyway. */
export const Audience = (...audiences: string[]): Decorator => names(AUDIENCE, audiences);

/** The path parameter must be the id of the current user, else 403. */
export const PathUser = (parameter = 'userId'): Decorator => applyDecorators(names(PATH_USER, [parameter]));

/**
 * The Principal of the request, or one of its members: `@CurrentUser('email')`. Undefined on routes that are public, or
 * optional and asked without a credential.
 */
export const CurrentUser = createParamDecorator((member: keyof Principal | undefined, context: ExecutionContext) => {
  const principal = requestOf(context).user as Principal | undefined;
  return member === undefined ? principal : principal?.[member];
});
