import type { BetterAuthOptions } from 'better-auth';
import { bearer, jwt, twoFactor } from 'better-auth/plugins';
import type { Pool } from 'pg';
import type { AuthConfiguration } from '../configuration/variables.js';
import type { Mail } from '../mail/mail.js';
import type { TokenIssuer } from '../tokens/token-issuer.js';
import { confirmation, sessionFields, userFields } from './additional-fields.js';
import { CLIENT_ADDRESS_HEADER } from './client-address.js';
import type { BetterAuthLog } from './log.js';
import type { RingSecrets } from './ring-secrets.js';

export const BASE_PATH = '/api/auth';

/** What every generation shares: one pool, one mailer, one token ring. */
export interface BetterAuthParts {
  readonly configuration: AuthConfiguration;
  readonly pool: Pool;
  readonly mail: Mail;
  readonly tokens: TokenIssuer;
  readonly log: BetterAuthLog;
}

const seconds = (ms: number): number => Math.max(1, Math.floor(ms / 1_000));

/** Better Auth as this service runs it, with the secrets of one generation. */
export const betterAuthOptions = (parts: BetterAuthParts, secrets: RingSecrets) => {
  const { configuration, pool, log } = parts;
  const base = configuration.KEYTURN_BASE_URL;
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
    disabledPaths: ['/ok', '/error'],
    // Never absent, or Better Auth would fall back to the environment.
    secret: secrets.legacy?.value ?? secrets.active.value,
    secrets: secrets.versions.map(({ version, value }) => ({ version, value })),
    trustedOrigins: [...configuration.KEYTURN_TRUSTED_ORIGINS],
    user: { additionalFields: userFields },
    session: { ...sessionOptions(configuration), additionalFields: sessionFields },
    databaseHooks: { session: { create: { before: newSession(configuration) } } },
    ...mailOptions(parts),
    rateLimit: rateLimitOptions(configuration),
    advanced: {
      // By default it is off under NODE_ENV=test.
      disableOriginCheck: false,
      useSecureCookies: base.startsWith('https:'),
      ipAddress: { ipAddressHeaders: [CLIENT_ADDRESS_HEADER] },
      database: { validateSchema: false },
    },
    plugins: plugins(parts),
  } satisfies BetterAuthOptions;
};

/**
 * Notes when a sign-in was confirmed. And Better Auth lets a session that is not to be remembered live for 24 h, but none
 * may outlive KEYTURN_SESSION_TTL: what it was signed with is kept for no longer than that.
 */
const newSession =
  ({ KEYTURN_SESSION_TTL: lifeMs }: AuthConfiguration) =>
  async <S extends { readonly expiresAt: Date }>(session: S, context: { readonly path?: string } | null) => {
    const now = new Date();
    const latest = new Date(now.getTime() + lifeMs);
    const expiresAt = session.expiresAt > latest ? latest : session.expiresAt;
    return { data: { ...session, ...confirmation(context?.path, now), expiresAt } };
  };

const plugins = ({ configuration, tokens }: BetterAuthParts) =>
  [
    jwt({
      // With jwt.sign the plugin keeps no keys of its own and its /jwks answers 404; keyPairConfig is metadata only.
      disableSettingJwtHeader: true,
      jwks: { remoteUrl: tokens.jwksUrl, keyPairConfig: { alg: 'ES256' } },
      jwt: {
        issuer: tokens.issuer,
        audience: configuration.KEYTURN_AUDIENCE,
        definePayload: tokens.claims,
        sign: tokens.sign,
      },
    }),
    bearer(),
    twoFactor({ issuer: 'Keyturn', trustDeviceMaxAge: seconds(configuration.KEYTURN_TRUSTED_DEVICE_TTL) }),
  ] as const satisfies BetterAuthOptions['plugins'];

const sessionOptions = (configuration: AuthConfiguration) => {
  const strategy = configuration.KEYTURN_COOKIE_CACHE;
  const maxAge = seconds(configuration.KEYTURN_COOKIE_CACHE_TTL);
  return {
    expiresIn: seconds(configuration.KEYTURN_SESSION_TTL),
    updateAge: Math.floor(configuration.KEYTURN_SESSION_UPDATE_AGE / 1_000),
    cookieCache: strategy === 'off' ? { enabled: false } : { enabled: true, maxAge, strategy },
  } satisfies BetterAuthOptions['session'];
};

const mailOptions = ({ configuration, mail }: BetterAuthParts) => {
  const life = seconds(configuration.KEYTURN_MAIL_LINK_TTL);
  return {
    emailAndPassword: {
      enabled: true,
      requireEmailVerification: configuration.KEYTURN_REQUIRE_VERIFIED_EMAIL,
      resetPasswordTokenExpiresIn: life,
      revokeSessionsOnPasswordReset: true,
      sendResetPassword: async ({ user, url }: MailRequest) => mail.resetPassword(user, url),
    },
    emailVerification: {
      sendOnSignUp: true,
      expiresIn: life,
      sendVerificationEmail: async ({ user, url }: MailRequest) => mail.verifyAddress(user, url),
    },
  } satisfies Partial<BetterAuthOptions>;
};

export interface MailRequest {
  readonly user: { readonly email: string; readonly name: string };
  readonly url: string;
}

/** Counted in the database, so the limits hold across replicas and survive a change of the secret. */
const rateLimitOptions = (configuration: AuthConfiguration) => {
  const attempts = { window: 10, max: configuration.KEYTURN_RATE_LIMIT_SIGN_IN_MAX };
  return {
    enabled: configuration.KEYTURN_RATE_LIMIT,
    storage: 'database',
    window: 10,
    max: configuration.KEYTURN_RATE_LIMIT_MAX,
    customRules: { '/sign-in/*': attempts, '/sign-up/*': attempts },
  } satisfies BetterAuthOptions['rateLimit'];
};
