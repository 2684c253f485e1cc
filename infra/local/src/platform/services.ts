import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { RingRole } from '../processes/consumer-file.js';
import type { PodSpec } from '../processes/pod.js';
import type { Places } from './places.js';
import { type RingPolicy, SESSION_RING, TOKEN_RING } from './rings.js';

/** What every process needs to know of its platform. */
export interface Surroundings {
  readonly places: Places;
  /** The one address. */
  readonly baseUrl: string;
  readonly smtpUrl: string;
  readonly rings: Readonly<Record<string, RingPolicy>>;
  readonly databaseUrl: (service: 'auth' | 'tasks') => string;
  /** Who serves ring documents: the issuers and the operator. */
  readonly documentUrls: readonly string[];
  /** Variables of the launcher that every process inherits. */
  readonly inherited: Readonly<Record<string, string>>;
  readonly extra: Readonly<Record<string, Readonly<Record<string, string>> | undefined>>;
}

export interface Ports {
  readonly service: number;
  readonly management: number;
}

const at = (port: number): string => `http://127.0.0.1:${port}`;
const require = createRequire(import.meta.url);

/** A file of another package of the workspace; it is run, never imported. */
const fileOf = (name: 'auth' | 'tasks' | 'operator', file: string): string =>
  join(dirname(require.resolve(`@keyturn/${name}/package.json`)), file);

const common = (around: Surroundings): Record<string, string> => ({
  ...around.inherited,
  NODE_ENV: 'production',
  NODE_NO_WARNINGS: '1',
  HOST: '127.0.0.1',
  LOG_LEVEL: 'info',
  LOG_FORMAT: 'json',
});

/** The command that prepares a service's database. */
export const migration = (service: 'auth' | 'tasks', around: Surroundings) => ({
  program: [fileOf(service, 'dist/migrate.js')],
  env: { ...common(around), DATABASE_URL: around.databaseUrl(service), ...around.extra.all, ...around.extra[service] },
  log: join(around.places.logs, `${service}-migrate.log`),
});

const serviceVariables = (service: 'auth' | 'tasks', ports: Ports, around: Surroundings): Record<string, string> => ({
  ...common(around),
  PORT: String(ports.service),
  MANAGEMENT_PORT: String(ports.management),
  DATABASE_URL: around.databaseUrl(service),
  KEYTURN_BASE_URL: around.baseUrl,
  KEYTURN_AUDIENCE: 'keyturn',
  KEYTURN_RING_URLS: around.documentUrls.join(','),
  // The proxy sends nothing more to a process that it is about to stop, so there is little to wait for.
  KEYTURN_DRAIN_WINDOW: '500ms',
  KEYTURN_SHUTDOWN_DEADLINE: '8s',
});

const authVariables = (around: Surroundings): Record<string, string> => ({
  KEYTURN_TRUTH_DIR: join(around.places.state, 'truth'),
  KEYTURN_LOCAL_REQUESTS_DIR: join(around.places.state, 'requests'),
  KEYTURN_ACCESS_TOKEN_TTL: around.rings[TOKEN_RING]?.maxCredentialLifetime ?? '60s',
  SMTP_URL: around.smtpUrl,
  MAIL_FROM: 'Keyturn <no-reply@keyturn.dev>',
});

/** A verifier of a shared-secret ring holds the secret, so it reads the truth; any other reads the public ring. */
const tasksVariables = (around: Surroundings): Record<string, string> =>
  tokenRole(around) === 'holder'
    ? { KEYTURN_TOKEN_RING_ROLE: 'holder', KEYTURN_TRUTH_DIR: join(around.places.state, 'truth') }
    : { KEYTURN_RINGS_DIR: join(around.places.state, 'mounts', 'public') };

const tokenRole = ({ rings }: Surroundings): RingRole =>
  rings[TOKEN_RING]?.type === 'SharedSecret' ? 'holder' : 'verifier';

/** One process of a service, as a pod. */
export const servicePod = (service: 'auth' | 'tasks', name: string, ports: Ports, around: Surroundings): PodSpec => ({
  name,
  program: ['--enable-source-maps', fileOf(service, 'dist/main.js')],
  url: at(ports.service),
  managementUrl: at(ports.management),
  log: join(around.places.logs, `${name}.log`),
  rings:
    service === 'auth' ? { [TOKEN_RING]: 'issuer', [SESSION_RING]: 'issuer' } : { [TOKEN_RING]: tokenRole(around) },
  env: ({ uid, dir }) => ({
    ...serviceVariables(service, ports, around),
    ...(service === 'auth' ? authVariables(around) : tasksVariables(around)),
    KEYTURN_POD_UID: uid,
    KEYTURN_STATE_DIR: dir,
    ...around.extra.all,
    ...around.extra[service],
    ...around.extra[name],
  }),
});

/** The operator, which is a consumer of nothing. */
export const operatorPod = (managementPort: number, around: Surroundings): PodSpec => ({
  name: 'operator',
  program: [
    '--enable-source-maps',
    fileOf('operator', 'bin/keyturn.mjs'),
    '--state',
    around.places.state,
    'operator',
    '--management-port',
    String(managementPort),
  ],
  url: at(managementPort),
  managementUrl: at(managementPort),
  log: join(around.places.logs, 'operator.log'),
  env: () => ({ ...common(around), ...around.extra.all, ...around.extra.operator }),
});
