import type { BetterAuthOptions, BetterAuthPlugin } from 'better-auth';
import { APIError, createAuthEndpoint, createAuthMiddleware } from 'better-auth/api';
import { type GenericOAuthConfig, genericOAuth } from 'better-auth/plugins';
import { createRemoteJWKSet, decodeJwt } from 'jose';
import { GOOGLE } from './provider-list.js';
import type { KnownProvider } from './social-directory.js';

/** Accounts of other issuers, as Better Auth is to treat them. Their tokens are encrypted under the session secret. */
export const accountOptions = (known: readonly KnownProvider[]) =>
  ({
    encryptOAuthTokens: true,
    accountLinking: {
      enabled: true,
      // A verified address says that its owner opened a link, not that they made the account: somebody else may know its password.
      disableImplicitLinking: true,
      trustedProviders: known.filter(({ provider }) => provider.trusted).map(({ provider }) => provider.id),
    },
  }) satisfies BetterAuthOptions['account'];

export const builtInProviders = (
  known: readonly KnownProvider[],
): NonNullable<BetterAuthOptions['socialProviders']> => {
  const google = known.find(({ provider }) => provider.id === GOOGLE);
  if (!google) return {};
  const { provider, clientSecret } = google;
  return { google: { clientId: provider.clientId, clientSecret, scope: [...provider.scopes] } };
};

/** Tells the front end which providers there are: `GET /api/auth/social-providers`. */
export const providerNames = (known: readonly KnownProvider[]) =>
  ({
    id: 'keyturn-social-providers',
    endpoints: {
      socialProviders: createAuthEndpoint('/social-providers', { method: 'GET' }, async (context) =>
        context.json({ providers: known.map(({ provider }) => ({ id: provider.id, name: provider.name })) }),
      ),
    },
  }) satisfies BetterAuthPlugin;

/**
 * Better Auth also takes a provider's tokens from the browser, and believes that an ID token and an access token that come
 * together are of one user. Here the redirect is the only way: the provider itself hands the tokens to the issuer.
 */
export const redirectOnly = (): BetterAuthPlugin => ({
  id: 'keyturn-redirect-only',
  hooks: {
    before: [
      {
        matcher: ({ path }) => path === '/sign-in/social' || path === '/link-social',
        handler: createAuthMiddleware(async ({ body }) => {
          if ((body as { idToken?: unknown } | undefined)?.idToken === undefined) return;
          const message = 'idToken is not taken: send the browser to the provider';
          throw new APIError('BAD_REQUEST', { code: 'ID_TOKEN_NOT_SUPPORTED', message });
        }),
      },
    ],
  },
});

interface Verifiable {
  readonly id: string;
  issuer?: string | undefined;
  idToken?: unknown;
  requiresIdTokenNonce?: boolean | undefined;
}

/**
 * The providers that were discovered. The plugin would ask for each discovery document itself, whenever an instance is built;
 * so it gets the addresses, and each provider what its ID tokens are verified with.
 */
export const discoveredProviders = (known: readonly KnownProvider[]): BetterAuthPlugin => {
  const found = known.filter(({ discovered }) => discovered !== undefined);
  const plugin = genericOAuth({ config: found.map(configOf) });
  return {
    ...plugin,
    init: async (context) => {
      const result = await plugin.init(context);
      for (const provider of result.context.socialProviders) verifyIdTokens(provider as Verifiable, found);
      return result as never;
    },
  };
};

const configOf = ({ provider, clientSecret, discovered }: KnownProvider): GenericOAuthConfig => ({
  providerId: provider.id,
  name: provider.name,
  clientId: provider.clientId,
  clientSecret,
  authorizationUrl: discovered!.authorizationUrl,
  tokenUrl: discovered!.tokenUrl,
  userInfoUrl: discovered!.userInfoUrl,
  scopes: [...new Set(['openid', ...provider.scopes])],
  // Some write it as text, and any text would do for Better Auth.
  mapProfileToUser: (profile) => ({ emailVerified: profile['email_verified'] === true }),
  accountSubject: ({ tokens, profile }) => subjectOf(tokens.idToken, profile.sub),
});

/**
 * Who it is, for the ID token, which was verified, and for what the profile is from: that may be the userinfo, whose answer
 * must not be used when it names somebody else (OpenID Connect Core 5.3.2). Throws an Error when the two differ.
 */
const subjectOf = (idToken: string | undefined, profileSubject: unknown): string => {
  const subject = idToken === undefined ? undefined : decodeJwt(idToken).sub;
  if (subject === undefined || subject !== profileSubject) throw new Error('the provider names two users, or none');
  return subject;
};

const verifyIdTokens = (provider: Verifiable, found: readonly KnownProvider[]): void => {
  const known = found.find((one) => one.provider.id === provider.id);
  if (!known?.discovered) return;
  const { issuer, jwksUrl, algorithms } = known.discovered;
  const { clientId } = known.provider;
  provider.issuer = issuer;
  provider.idToken = { jwks: createRemoteJWKSet(new URL(jwksUrl)), issuer, audience: clientId, algorithms };
  provider.requiresIdTokenNonce = true;
};
