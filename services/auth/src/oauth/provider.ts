import { oauthProvider } from '@better-auth/oauth-provider';
import { APIError } from 'better-auth/api';
import type { AuthConfiguration } from '../configuration/variables.js';
import { clientClaims, type ClientUser } from './access-token-claims.js';
import { supportedScopes } from './scopes.js';

/** All clients belong to the platform, not to the administrator who made them: another one may rotate their secrets. */
const OWNER = 'platform';

/** The provider's own endpoints for clients: ours ask for a recent sign-in and a trusted origin as well. */
export const CLIENT_ADMINISTRATION = [
  '/oauth2/register',
  '/oauth2/create-client',
  '/oauth2/get-client',
  '/oauth2/get-clients',
  '/oauth2/update-client',
  '/oauth2/delete-client',
  '/oauth2/client/rotate-secret',
];

const seconds = (ms: number): number => Math.max(1, Math.floor(ms / 1_000));

/** What of the user's role and account counts for the administration of clients and for tokens. */
interface Account extends ClientUser {
  readonly disabledAt?: unknown;
}

/**
 * The provider. Client secrets and refresh tokens are hashed, so a change of the session secret does not touch them; what is
 * encrypted (the answer to a renewal that may be repeated) is in the sweep's list.
 *
 * It gets no `resources`: those would be written to the database each time that an instance is built, and a ring has to be
 * loaded while the database is away.
 */
export const clientProvider = (configuration: AuthConfiguration) => {
  const { KEYTURN_FRONTEND_URL: frontEnd = configuration.KEYTURN_BASE_URL } = configuration;
  const page = (path: string): string => new URL(path, frontEnd).href;
  const life = seconds(configuration.KEYTURN_ACCESS_TOKEN_TTL);
  const rolePermissions = configuration.KEYTURN_ROLE_PERMISSIONS;
  return oauthProvider({
    loginPage: page(configuration.KEYTURN_SIGN_IN_PAGE),
    consentPage: page(configuration.KEYTURN_CONSENT_PAGE),
    scopes: supportedScopes(configuration),
    accessTokenExpiresIn: life,
    m2mAccessTokenExpiresIn: life,
    idTokenExpiresIn: life,
    refreshTokenExpiresIn: seconds(configuration.KEYTURN_REFRESH_TOKEN_TTL),
    refreshTokenReuseInterval: Math.floor(configuration.KEYTURN_REFRESH_TOKEN_RETRY_WINDOW / 1_000),
    storeClientSecret: 'hashed',
    storeTokens: 'hashed',
    // Every client is the platform's, and so is the one resource that there is.
    enforcePerClientResources: false,
    clientReference: () => OWNER,
    clientPrivileges: ({ user }) => isAdministrator(user as Account | undefined),
    resourcePrivileges: () => false,
    customAccessTokenClaims: ({ user, scopes }) => {
      const account = user as Account | null | undefined;
      if (account?.disabledAt) throw refused();
      return clientClaims(account ?? undefined, scopes, rolePermissions);
    },
  });
};

const isAdministrator = (user: Account | undefined): boolean =>
  typeof user?.role === 'string' && user.role.split(',').includes('admin');

const refused = (): APIError =>
  new APIError('BAD_REQUEST', { error: 'invalid_grant', error_description: 'the account is disabled' });
