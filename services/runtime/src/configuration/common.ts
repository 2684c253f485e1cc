import { z } from 'zod';
import { rolePermissions } from './role-permissions.js';
import { commaSeparated, duration, objectName, oneOf, port, text, url, urlList, wholeNumber } from './variables.js';

/** Variables of every service process. */
export const processVariables = {
  /** Port of the service; 0 lets the system choose. */
  PORT: port().default(3000),
  HOST: text().default('0.0.0.0'),
  /** Port of health, metrics and receipts: in no public Service or Ingress. */
  MANAGEMENT_PORT: port().default(9000),
  LOG_LEVEL: oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent').default('info'),
  /** `auto` is pretty on a terminal and JSON elsewhere. */
  LOG_FORMAT: oneOf('auto', 'json', 'pretty').default('auto'),
  /** After SIGTERM the service still answers for so long, with `connection: close`. */
  KEYTURN_DRAIN_WINDOW: duration({ maxMs: 600_000 }).default(2_000),
  /** A process that has not ended so long after SIGTERM is ended; keep it below the pod's grace period. */
  KEYTURN_SHUTDOWN_DEADLINE: duration({ minMs: 1_000, maxMs: 3_600_000 }).default(25_000),
  /** Largest request body in bytes. */
  KEYTURN_BODY_LIMIT: wholeNumber(1_024, 104_857_600).default(131_072),
};

/** Variables of a process that takes part in rotations. */
export const ringVariables = {
  /** Base URLs of ring document servers, separated by commas. */
  KEYTURN_RING_URLS: urlList('http', 'https').default([]),
  /** Mount with `<ring>/ring.json`. */
  KEYTURN_RINGS_DIR: text().optional(),
  /** The process's own files; they must outlive a restart of the process, not of the pod. */
  KEYTURN_STATE_DIR: text().default('/var/lib/keyturn'),
  KEYTURN_POD_UID: text({ max: 200 }),
  /** The truth of the rings, for issuers and holders on one machine. */
  KEYTURN_TRUTH_DIR: text().optional(),
  /** The same in a cluster: the namespace of the rings, whose Secrets the pod's service account may get. */
  KEYTURN_TRUTH_NAMESPACE: objectName().optional(),
  /** Where a pod finds its API server, and its token and authority for it. */
  KUBERNETES_SERVICE_HOST: text({ max: 253 }).optional(),
  KUBERNETES_SERVICE_PORT: port().default(443),
  KEYTURN_SERVICE_ACCOUNT_DIR: text().default('/var/run/secrets/kubernetes.io/serviceaccount'),
  KEYTURN_TOKEN_RING: objectName().default('access-tokens'),
};

/** Variables that say whose tokens are accepted. */
export const tokenVariables = {
  /** The platform's public base URL: `iss` of its tokens. */
  KEYTURN_BASE_URL: url('http', 'https'),
  KEYTURN_AUDIENCE: text({ max: 200 }).default('keyturn'),
  /** `holder` where tokens are HS256: the process has the secret itself, and whoever has it could sign as well. */
  KEYTURN_TOKEN_RING_ROLE: oneOf('verifier', 'holder').default('verifier'),
};

/** Variables of a service that looks sessions up in the issuer's database instead of verifying tokens; the first one decides. */
export const sessionVariables = {
  KEYTURN_SESSION_DATABASE_URL: url('postgres', 'postgresql').optional(),
  /** The ring that signs cookies, which the process then holds. */
  KEYTURN_SESSION_RING: objectName().default('session-secret'),
  KEYTURN_SESSION_COOKIES: commaSeparated().default([
    '__Secure-better-auth.session_token',
    'better-auth.session_token',
  ]),
  /** As the issuer has them: a session says roles alone. */
  KEYTURN_ROLE_PERMISSIONS: rolePermissions().default({}),
};

export const databaseVariables = {
  DATABASE_URL: url('postgres', 'postgresql'),
};

/** From a service's own port to its management port, where nothing else is said: 3000 and 9000. */
const MANAGEMENT_OFFSET = 6_000;

/**
 * Variables of a guarded service with a database. Its own port, which it has on a machine that says nothing else, keeps
 * services apart that are run beside each other.
 */
export const guardedServiceVariables = ({ port: own }: { readonly port: number }) => ({
  ...processVariables,
  ...ringVariables,
  ...tokenVariables,
  ...sessionVariables,
  ...databaseVariables,
  PORT: port().default(own),
  MANAGEMENT_PORT: port().default(own + MANAGEMENT_OFFSET),
});

export type GuardedServiceEnvironment = z.output<z.ZodObject<ReturnType<typeof guardedServiceVariables>>>;

const processSchema = z.object(processVariables);
export type ProcessEnvironment = z.output<typeof processSchema>;

const ringSchema = z.object(ringVariables);
export type RingEnvironment = z.output<typeof ringSchema>;

const tokenSchema = z.object(tokenVariables);
export type TokenEnvironment = z.output<typeof tokenSchema>;
