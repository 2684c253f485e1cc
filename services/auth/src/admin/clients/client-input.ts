import { invalidField } from '@keyturn/runtime';
import type { SchemaObject } from '@nestjs/swagger';
import { z } from 'zod';

/** `machine` acts on its own; `web` keeps a secret, `native` cannot, and both act for users. */
export const CLIENT_TYPES = ['machine', 'web', 'native'] as const;
export type ClientType = (typeof CLIENT_TYPES)[number];

/** How a client that has a secret shows it at the token endpoint. */
export const AUTH_METHODS = ['client_secret_basic', 'client_secret_post'] as const;

/** A client as an administrator asks for it. */
export interface NewClient {
  readonly name: string;
  readonly type: ClientType;
  readonly scopes: readonly string[];
  readonly redirectUris: readonly string[];
  readonly authMethod: (typeof AUTH_METHODS)[number];
  /** A client of our own: users are not asked whether they agree. */
  readonly trusted: boolean;
}

const RULES = {
  name: 'must have 1 to 100 characters',
  type: `must be ${CLIENT_TYPES.join(', ')}`,
  scopes: 'must be a list of 1 to 100 scopes',
  redirectUris: 'must be a list of at most 20 URLs',
  authMethod: `must be ${AUTH_METHODS.join(' or ')}`,
  trusted: 'must be true or false',
} as const;

const SCHEMA = z.object({
  name: z.string().trim().min(1).max(100),
  type: z.enum(CLIENT_TYPES).default('machine'),
  scopes: z.array(z.string().min(1).max(200)).min(1).max(100),
  redirectUris: z.array(z.string().min(1).max(2_000)).max(20).default([]),
  authMethod: z.enum(AUTH_METHODS).default('client_secret_basic'),
  trusted: z.boolean().default(false),
});

/** As an OpenAPI document has it. */
export const NEW_CLIENT_SCHEMA = z.toJSONSchema(SCHEMA, { target: 'openapi-3.0', io: 'input' }) as SchemaObject;

/** Throws ProblemException 400 that names the field and the rule. */
export const checkNewClient = (body: unknown, supportedScopes: readonly string[]): NewClient => {
  const known = Object.keys(RULES);
  const unknown = Object.keys(body ?? {}).find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw invalidField(unknown.slice(0, 64), 'unknown', `is not known; the fields are ${known.join(', ')}`);
  const parsed = SCHEMA.safeParse(body ?? {});
  if (!parsed.success) {
    const field = String(parsed.error.issues[0]?.path[0] ?? 'name') as keyof typeof RULES;
    throw invalidField(field, field, RULES[field]);
  }
  checkTogether(parsed.data, supportedScopes);
  return parsed.data;
};

const checkTogether = ({ type, scopes, redirectUris }: NewClient, supported: readonly string[]): void => {
  const allowed = type === 'machine' ? supported.filter((scope) => !USER_SCOPES.has(scope)) : supported;
  if (!scopes.every((scope) => allowed.includes(scope)))
    throw invalidField('scopes', 'scopes', `must be among ${allowed.join(', ')}`);
  if (type === 'machine' && redirectUris.length > 0)
    throw invalidField('redirectUris', 'redirectUris', 'must be empty: a machine has nobody to send back');
  if (type !== 'machine' && redirectUris.length === 0)
    throw invalidField('redirectUris', 'redirectUris', 'must name at least one URL');
};

/** They are about a user, whom a machine does not have. */
const USER_SCOPES: ReadonlySet<string> = new Set(['openid', 'profile', 'email', 'offline_access']);
