import type { BetterAuthOptions, BetterAuthPlugin } from 'better-auth';
import { createAuthEndpoint } from 'better-auth/api';
import { type GenericOAuthConfig, genericOAuth } from 'better-auth/plugins';
import { createRemoteJWKSet } from 'jose';
import { GOOGLE } from './provider-list.js';
import type { KnownProvider } from './social-directory.js';

/** Accounts of other issuers, as Better Auth is to treat them. Their tokens are encrypted under the session secret. */
export const accountOptions = (known: readonly KnownProvider[]) =>
  ({
    encryptOAuthTokens: true,
    accountLinking: {
      enabled: true,
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
  accountSubject: ({ profile }) => profile.sub ?? '',
});

const verifyIdTokens = (provider: Verifiable, found: readonly KnownProvider[]): void => {
  const known = found.find((one) => one.provider.id === provider.id);
  if (!known?.discovered) return;
  const { issuer, jwksUrl, algorithms } = known.discovered;
  const { clientId } = known.provider;
  provider.issuer = issuer;
  provider.idToken = { jwks: createRemoteJWKSet(new URL(jwksUrl)), issuer, audience: clientId, algorithms };
  provider.requiresIdTokenNonce = true;
};
