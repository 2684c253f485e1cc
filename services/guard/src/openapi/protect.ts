import { ApiResponse, ApiSecurity } from '@nestjs/swagger';
import type { RoutePolicy } from '../nest/route-policy.js';

/** Name of the security scheme in the document. */
export const SECURITY_SCHEME = 'keyturn';

export const PROBLEM_SCHEMA = {
  type: 'object',
  description: 'A problem (RFC 9457)',
  required: ['type', 'title', 'status'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string', description: 'Literal code, for programs' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['field', 'message'],
        properties: { field: { type: 'string' }, rule: { type: 'string' }, message: { type: 'string' } },
      },
    },
  },
};
export type ProblemSchema = typeof PROBLEM_SCHEMA;

const content = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
const header = (description: string) => ({ description, schema: { type: 'string' } as const });

type Response = Parameters<typeof ApiResponse>[0] & { readonly status: number };

const UNAUTHORIZED: Response = {
  status: 401,
  description: 'No credential, or a bad one',
  headers: { 'WWW-Authenticate': header('The challenge (RFC 6750)') },
  content,
};

const UNAVAILABLE: Response = {
  status: 503,
  description: 'The credential cannot be verified at the moment',
  headers: { 'Retry-After': header('Seconds') },
  content,
};

/** What the route asks for, in words. */
const demands = ({ roles, permissions, scopes, audiences, pathUser }: RoutePolicy): string =>
  [
    roles && `one of the roles ${roles.join(', ')}`,
    permissions && `the permissions ${permissions.join(', ')}`,
    scopes && `the scopes ${scopes.join(', ')}`,
    audiences && `an audience among ${audiences.join(', ')}`,
    pathUser && `to be the user in ${pathUser}`,
  ]
    .filter(Boolean)
    .join('; ');

const responsesOf = (policy: RoutePolicy): Response[] => {
  const description = `The user needs ${demands(policy)}`;
  return [UNAUTHORIZED, ...(policy.bare ? [] : [{ status: 403, description, content }]), UNAVAILABLE];
};

/**
 * Puts the lock and the refusals of a route on its handler, as the decorators of @nestjs/swagger would. A response that
 * the author described stays.
 */
export function protect(prototype: object, name: string, handler: object, policy: RoutePolicy): void {
  if (policy.access === 'public') return;
  const described = (Reflect.getMetadata('swagger/apiResponse', handler) ?? {}) as Record<string, unknown>;
  const decorators = [
    ApiSecurity(SECURITY_SCHEME),
    ...(policy.access === 'optional' ? [ApiSecurity({})] : []),
    ...responsesOf(policy)
      .filter(({ status }) => !(status in described))
      .map((response) => ApiResponse(response)),
  ];
  for (const decorate of decorators) decorate(prototype, name, { value: handler });
}
