import type { BetterAuthPlugin } from 'better-auth';
import { APIError, createAuthMiddleware } from 'better-auth/api';
import { isSoundToken, type LiveKeySet } from './own-token.js';

export interface RequestPluginParts {
  readonly issuer: string;
  readonly resource: string;
  readonly keys: LiveKeySet;
  /** Makes sure that the resource is known. */
  readonly ensureResource: () => Promise<void>;
}

interface Asked {
  readonly path?: string;
  readonly query?: Readonly<Record<string, unknown>> | undefined;
  readonly body?: Readonly<Record<string, unknown>> | undefined;
}

const AUTHORIZE = '/oauth2/authorize';
const TOKEN = '/oauth2/token';
const USERINFO = '/oauth2/userinfo';
const LOOKED_AT = ['/oauth2/introspect', '/oauth2/revoke'];

/** What no token looks like. */
const NO_TOKEN = 'refused';

/**
 * Around the provider's endpoints: a request that names no resource (RFC 8707) is for the platform, so that its token is one
 * that the platform's services accept; and a JWT is held against the ring before the provider reads it.
 */
export const clientRequests = (parts: RequestPluginParts): BetterAuthPlugin => ({
  id: 'keyturn-client-requests',
  hooks: {
    before: [
      {
        matcher: ({ path }) => path === AUTHORIZE || path === TOKEN,
        handler: createAuthMiddleware(async (context) => {
          await parts.ensureResource();
          return forPlatform(context as Asked, parts.resource);
        }),
      },
      {
        matcher: ({ path }) => path === USERINFO,
        handler: createAuthMiddleware(async ({ headers }) => {
          const token = /^(?:bearer|dpop) +(\S+)$/i.exec(headers?.get('authorization') ?? '')?.[1];
          if (token !== undefined && !(await isSoundToken(token, parts.keys, parts.issuer))) throw invalidToken();
        }),
      },
      {
        matcher: ({ path }) => LOOKED_AT.includes(path ?? ''),
        handler: createAuthMiddleware(async ({ body }) => {
          const token = (body as Asked['body'])?.['token'];
          if (typeof token !== 'string' || (await isSoundToken(token, parts.keys, parts.issuer))) return undefined;
          return { context: { body: { token: NO_TOKEN } } };
        }),
      },
    ],
  },
});

/** Nothing is added to a code or to a refresh token: what they are for was decided when they were made. */
const forPlatform = ({ path, query, body }: Asked, resource: string) => {
  if (path === AUTHORIZE) return query?.['resource'] === undefined ? { context: { query: { resource } } } : undefined;
  const machine = body?.['grant_type'] === 'client_credentials';
  return machine && !body['resource'] ? { context: { body: { resource } } } : undefined;
};

const invalidToken = (): APIError => {
  const description = 'the access token is not valid';
  const challenge = `Bearer error="invalid_token", error_description="${description}"`;
  const body = { error: 'invalid_token', error_description: description };
  return new APIError('UNAUTHORIZED', body, { 'WWW-Authenticate': challenge });
};
