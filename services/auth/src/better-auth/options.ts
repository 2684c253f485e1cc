import type { BetterAuthOptions, GenericEndpointContext } from 'better-auth';
import { bearer, jwt, twoFactor } from 'better-auth/plugins';
import type { Pool } from 'pg';
import { accountRules } from '../accounts/account-rules.js';
import { newUserGate } from '../accounts/new-user-gate.js';
import type { GuessCounter } from '../accounts/guess-counter.js';
import { guessLimit } from '../accounts/guess-limit.js';
import { type PasswordGate, passwordTurns } from '../accounts/password-gate.js';
import type { PasswordHashing } from '../accounts/password-hashing.js';
import { noteLinked } from '../audit/account-linked.js';
import type { AuditLog } from '../audit/audit-log.js';
import { auditPlugin } from '../audit/audit-plugin.js';
import type { AuthConfiguration } from '../configuration/variables.js';
import type { Mail } from '../mail/mail.js';
import type { AuthMetrics } from '../metrics.js';
import { grantsEnd } from '../oauth/grants-plugin.js';
import { CLIENT_ADMINISTRATION, clientProvider } from '../oauth/provider.js';
import { clientRequests } from '../oauth/request-plugin.js';
import { forgetIdTokens } from '../social/id-tokens.js';
import {
  accountOptions,
  builtInProviders,
  discoveredProviders,
  providerNames,
  redirectOnly,
} from '../social/social-plugin.js';
import type { KnownProvider } from '../social/social-directory.js';
import type { TokenIssuer } from '../tokens/token-issuer.js';
import { sessionFields, userFields } from './additional-fields.js';
import { addressChange } from './address-change.js';
import { CLIENT_ADDRESS_HEADER } from './client-address.js';
import { endIfDisabled, refuseDisabled } from './disabled-account.js';
import { endFormer } from './former-session.js';
import { type Lives, livesWithin } from './lives.js';
import type { BetterAuthLog } from './log.js';
import { changeEmailOptions, mailOptions } from './mail-options.js';
import { type NewSession, newSession } from './new-session.js';
import type { RingSecrets } from './ring-secrets.js';

export const BASE_PATH = '/api/auth';

/** What every generation shares: one pool, one mailer, one token ring. */
export interface BetterAuthParts {
  readonly configuration: AuthConfiguration;
  readonly pool: Pool;
  readonly mail: Mail;
  readonly tokens: TokenIssuer;
  /** Makes sure that the resource of clients' tokens is known. */
  readonly ensureResource: () => Promise<void>;
  /** The providers that users can sign in with now. */
  readonly social: () => readonly KnownProvider[];
  readonly log: BetterAuthLog;
  readonly passwords: PasswordHashing;
  readonly audit: AuditLog;
  readonly gate: PasswordGate;
  readonly guesses: GuessCounter;
  readonly metrics: AuthMetrics;
}

/** Better Auth as this service runs it, with the secrets of one generation. */
export const betterAuthOptions = (parts: BetterAuthParts, secrets: RingSecrets) => {
  const { configuration, pool, log } = parts;
  const base = configuration.KEYTURN_BASE_URL;
  const social = parts.social();
  const lives = livesWithin(configuration, secrets.longestLifeMs);
  return {
    appName: 'Keyturn',
    baseURL: base,
    basePath: BASE_PATH,
    database: pool,
    telemetry: { enabled: false },
    logger: log,
    // Else its router writes errors to the console by itself, unredacted.
    onAPIError: { throw: true },
    // Health is on the management port; errors go back to the front end that started the flow.
    disabledPaths: ['/ok', '/error', ...CLIENT_ADMINISTRATION],
    // Never absent, or Better Auth would fall back to the environment.
    secret: secrets.legacy?.value ?? secrets.active.value,
    secrets: secrets.versions.map(({ version, value }) => ({ version, value })),
    trustedOrigins: [...configuration.KEYTURN_TRUSTED_ORIGINS],
    user: {
      additionalFields: userFields,
      changeEmail: changeEmailOptions(parts),
      validateUserInfo: newUserGate(configuration),
    },
    session: { ...sessionOptions(configuration, lives), additionalFields: sessionFields },
    socialProviders: builtInProviders(social),
    account: accountOptions(social),
    databaseHooks: { session: { create: sessionHooks(pool, lives) }, account: accountHooks(parts) },
    ...mailOptions(parts, lives),
    rateLimit: rateLimitOptions(configuration),
    advanced: {
      // By default it is off under NODE_ENV=test.
      disableOriginCheck: false,
      useSecureCookies: base.startsWith('https:'),
      ipAddress: { ipAddressHeaders: [CLIENT_ADDRESS_HEADER] },
      database: { validateSchema: false },
    },
    plugins: plugins(parts, lives),
  } satisfies BetterAuthOptions;
};

const accountHooks = ({ audit }: BetterAuthParts) => ({
  ...forgetIdTokens,
  create: { ...forgetIdTokens.create, after: noteLinked(audit) },
});

const sessionHooks = (pool: Pool, lives: Lives) => {
  const begin = newSession(lives.session);
  return {
    before: async <S extends NewSession & { readonly userId: string }>(
      session: S,
      request: { path?: string } | null,
    ) => {
      await refuseDisabled(pool, session);
      return begin(session, request);
    },
    after: async (
      session: { readonly userId: string; readonly token: string },
      request: GenericEndpointContext | null,
    ) => {
      await endIfDisabled(pool, session);
      await endFormer(session, request);
    },
  };
};

const plugins = (parts: BetterAuthParts, lives: Lives) => {
  const { configuration, tokens, ensureResource, audit, social, gate, guesses, metrics, mail } = parts;
  return [
    jwt({
      // With jwt.sign the plugin keeps no keys of its own and its /jwks answers 404; keyPairConfig is metadata only.
      disableSettingJwtHeader: true,
      jwks: tokens.jwks,
      jwt: {
        issuer: tokens.issuer,
        audience: configuration.KEYTURN_AUDIENCE,
        definePayload: tokens.claims,
        // Only a bound: what signs decides.
        expirationTime: '1d',
        sign: tokens.sign,
      },
    }),
    // An unsigned token is what the database has, and what each session of a user sees of the others.
    bearer({ requireSignature: true }),
    twoFactor({ issuer: 'Keyturn', trustDeviceMaxAge: lives.trustedDevice }),
    passwordTurns(gate),
    accountRules(configuration, audit),
    guessLimit({ guesses, max: configuration.KEYTURN_ACCOUNT_GUESSES, audit, metrics }),
    addressChange(lives.mailLink, mail),
    clientRequests({ issuer: tokens.issuer, resource: tokens.resource, keys: tokens.keys, ensureResource }),
    grantsEnd(parts.pool),
    clientProvider(configuration),
    discoveredProviders(social()),
    redirectOnly(),
    providerNames(social()),
    auditPlugin(audit),
  ] as const satisfies BetterAuthOptions['plugins'];
};

const sessionOptions = (configuration: AuthConfiguration, lives: Lives) => {
  const strategy = configuration.KEYTURN_COOKIE_CACHE;
  const maxAge = Math.floor(configuration.KEYTURN_COOKIE_CACHE_TTL / 1_000);
  return {
    expiresIn: lives.session,
    updateAge: lives.sessionUpdateAge,
    cookieCache: strategy === 'off' ? { enabled: false } : { enabled: true, maxAge, strategy },
  } satisfies BetterAuthOptions['session'];
};

/** Counted in the database, so the limits hold across replicas and survive a change of the secret. */
const rateLimitOptions = (configuration: AuthConfiguration) => {
  const attempts = { window: 10, max: configuration.KEYTURN_RATE_LIMIT_SIGN_IN_MAX };
  return {
    enabled: configuration.KEYTURN_RATE_LIMIT,
    storage: 'database',
    window: 10,
    max: configuration.KEYTURN_RATE_LIMIT_MAX,
    // A front end's server asks for the sessions of all its users, from one address.
    customRules: { '/sign-in/*': attempts, '/sign-up/*': attempts, '/get-session': false },
  } satisfies BetterAuthOptions['rateLimit'];
};
