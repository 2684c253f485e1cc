import {
  commaSeparated,
  databaseVariables,
  duration,
  flag,
  objectName,
  oneOf,
  processVariables,
  ringVariables,
  text,
  tokenVariables,
  url,
  urlList,
  wholeNumber,
  rolePermissions,
} from '@keyturn/runtime';
import { z } from 'zod';
import { accountRuleVariables, auditVariables, guessVariables, hashingVariables } from '../accounts/variables.js';
import { socialProviders } from '../social/provider-list.js';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const DAY = 24 * HOUR;

/** Lives of what the issuer signs. The ring that signs them must allow as much (`maxCredentialLifetime`). */
const lifeVariables = {
  KEYTURN_ACCESS_TOKEN_TTL: duration({ minMs: SECOND, maxMs: DAY }).default(900 * SECOND),
  KEYTURN_SESSION_TTL: duration({ minMs: SECOND, maxMs: 400 * DAY }).default(7 * DAY),
  /** A session that is used when it is older than this lives on for another KEYTURN_SESSION_TTL. */
  KEYTURN_SESSION_UPDATE_AGE: duration({ maxMs: 400 * DAY }).default(DAY),
  KEYTURN_MAIL_LINK_TTL: duration({ minMs: SECOND, maxMs: 30 * DAY }).default(HOUR),
  KEYTURN_TRUSTED_DEVICE_TTL: duration({ minMs: SECOND, maxMs: 400 * DAY }).default(7 * DAY),
};

const accountVariables = {
  /** Roles and what they permit: `user=tasks:read tasks:write,admin=*`. */
  KEYTURN_ROLE_PERMISSIONS: rolePermissions().default({ user: ['tasks:read', 'tasks:write'], admin: ['*'] }),
  /** With `true` nobody signs in before the address was verified, and sign-up does not tell whether an address is taken. */
  KEYTURN_REQUIRE_VERIFIED_EMAIL: flag().default(false),
  /** Keeps the session in a signed cookie for a while: fewer reads, and a session that was ended lives on for as long. */
  KEYTURN_COOKIE_CACHE: oneOf('off', 'compact', 'jwt', 'jwe').default('off'),
  KEYTURN_COOKIE_CACHE_TTL: duration({ minMs: SECOND, maxMs: HOUR }).default(60 * SECOND),
};

/** Clients of other makes: OAuth 2.1 and OpenID Connect. */
const clientVariables = {
  /** Scopes that clients can be allowed, besides the permissions of the roles; separated by commas. */
  KEYTURN_CLIENT_SCOPES: commaSeparated().default([]),
  /** How long a refresh token that is not used is good for; each use gives a new one. */
  KEYTURN_REFRESH_TOKEN_TTL: duration({ minMs: SECOND, maxMs: 400 * DAY }).default(30 * DAY),
  /** Within this time the very same renewal is answered again, for a client that lost the answer; 0 = never. */
  KEYTURN_REFRESH_TOKEN_RETRY_WINDOW: duration({ maxMs: 300 * SECOND }).default(0),
  /** Where the front end asks who is there and whether they agree: a path, or a URL. */
  KEYTURN_SIGN_IN_PAGE: text({ max: 2_000 }).default('/sign-in'),
  KEYTURN_CONSENT_PAGE: text({ max: 2_000 }).default('/consent'),
};

const socialVariables = {
  /** Providers to sign in with, as JSON: `[{ "id", "issuer", "clientId", "clientSecretFile", "trusted" }]`. */
  KEYTURN_SOCIAL_PROVIDERS: socialProviders().default([]),
};

const limitVariables = {
  KEYTURN_RATE_LIMIT: flag().default(true),
  /** Requests per client address, path and 10 s. */
  KEYTURN_RATE_LIMIT_MAX: wholeNumber(1, 1_000_000).default(100),
  /** The same for attempts to sign in or sign up. */
  KEYTURN_RATE_LIMIT_SIGN_IN_MAX: wholeNumber(1, 1_000_000).default(5),
  /** Addresses (CIDR) of proxies whose X-Forwarded-For is believed. */
  KEYTURN_TRUSTED_PROXIES: commaSeparated().default(['127.0.0.0/8', '::1/128']),
};

export const authVariables = {
  ...processVariables,
  ...ringVariables,
  ...tokenVariables,
  ...databaseVariables,
  ...lifeVariables,
  ...accountVariables,
  ...limitVariables,
  ...clientVariables,
  ...socialVariables,
  ...accountRuleVariables,
  ...hashingVariables,
  ...guessVariables,
  ...auditVariables,
  KEYTURN_SESSION_RING: objectName().default('session-secret'),
  KEYTURN_DATABASE_POOL: wholeNumber(1, 200).default(10),
  SMTP_URL: url('smtp', 'smtps'),
  MAIL_FROM: text({ max: 300 }),
  /** Address of the front end whose pages the links of mails open; without it they lead to the API. */
  KEYTURN_FRONTEND_URL: url('http', 'https').optional(),
  /** Origins of front ends besides the platform's own, separated by commas. */
  KEYTURN_TRUSTED_ORIGINS: urlList('http', 'https').default([]),
  /** How often is looked for data that an older secret encrypts. */
  KEYTURN_SWEEP_INTERVAL: duration({ minMs: 100, maxMs: DAY }).default(15 * SECOND),
  /** Directory where requests to the local operator are written; in a cluster they are KeyRotations. */
  KEYTURN_LOCAL_REQUESTS_DIR: text().optional(),
};

export const migrationVariables = {
  ...databaseVariables,
  LOG_LEVEL: processVariables.LOG_LEVEL,
  LOG_FORMAT: processVariables.LOG_FORMAT,
  /** Lets the role that looks sessions up sign in; without it the role can only be granted to another one. */
  KEYTURN_SESSION_READER_PASSWORD: text({ min: 16, max: 200 }).optional(),
};

const authSchema = z.object(authVariables);
export type AuthConfiguration = z.output<typeof authSchema>;

const migrationSchema = z.object(migrationVariables);
export type MigrationConfiguration = z.output<typeof migrationSchema>;
