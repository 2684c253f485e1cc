import type { OpenAPIObject } from '@nestjs/swagger';
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
const content = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
const header = (description: string) => ({ description, schema: { type: 'string' } as const });

type PathItem = OpenAPIObject['paths'][string];
export type Operation = NonNullable<PathItem['get']> & { [extension: `x-${string}`]: unknown };
type Responses = Operation['responses'];

const UNAUTHORIZED: Responses[string] = {
  description: 'No credential, or a bad one',
  headers: { 'WWW-Authenticate': header('The challenge (RFC 6750)') },
  content,
};

const UNAVAILABLE: Responses[string] = {
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

/** What the guard adds to an operation. A response or a lock that the author described stays. */
export function protect(operation: Operation, policy: RoutePolicy): Partial<Operation> {
  if (policy.access === 'public') return {};
  const lock = { [SECURITY_SCHEME]: [] };
  const forbidden = { 403: { description: `The user needs ${demands(policy)}`, content } };
  return {
    security: operation.security ?? (policy.access === 'optional' ? [lock, {}] : [lock]),
    responses: { 401: UNAUTHORIZED, ...(!policy.bare && forbidden), 503: UNAVAILABLE, ...operation.responses },
  };
}
