import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { RingRole } from '../processes/consumer-file.js';
import type { PodSpec } from '../processes/pod.js';
import type { Command } from './command.js';
import type { DemoLogin } from './options.js';
import type { Places } from './places.js';
import { type RingPolicy, SESSION_RING, TOKEN_RING } from './rings.js';
import { folderOf, type ServiceEntry } from './values.js';

/** What every process needs to know of its platform. */
export interface Surroundings {
  readonly places: Places;
  /** The one address. */
  readonly baseUrl: string;
  readonly smtpUrl: string;
  /** Where the front end is; undefined = the platform runs without one. */
  readonly frontendUrl: string | undefined;
  readonly rings: Readonly<Record<string, RingPolicy>>;
  readonly databaseUrl: (service: string) => string;
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

export const at = (port: number): string => `http://127.0.0.1:${port}`;
const require = createRequire(import.meta.url);

const OPERATOR = join(dirname(require.resolve('@keyturn/operator/package.json')), 'bin/keyturn.mjs');

/** A program of a service, which is run and never imported: its file below the service's folder, then its arguments. */
const programOf = (service: string, [file = '', ...args]: readonly string[]): string[] => [
  join(folderOf(service), file),
  ...args,
];

/** The command line of a service's process. */
const commandOf = ({ name, args, python }: ServiceEntry): string[] =>
  python === undefined ? [process.execPath, '--enable-source-maps', ...programOf(name, args)] : [python, ...args];

export const common = (around: Surroundings): Record<string, string> => ({
  ...around.inherited,
  NODE_ENV: 'production',
  NODE_NO_WARNINGS: '1',
  HOST: '127.0.0.1',
  LOG_LEVEL: 'info',
  LOG_FORMAT: 'json',
});

/** The proxy sends nothing more to a process that it is about to stop, so there is little to wait for. */
export const ENDING = { KEYTURN_DRAIN_WINDOW: '500ms', KEYTURN_SHUTDOWN_DEADLINE: '8s' } as const;

const databaseVariables = ({ name, database }: ServiceEntry, around: Surroundings): Record<string, string> =>
  database === undefined ? {} : { DATABASE_URL: around.databaseUrl(name) };

/** The command that prepares a service's database; undefined when there is nothing to prepare. */
export const migration = (service: ServiceEntry, around: Surroundings): Command | undefined =>
  service.migrate.length === 0
    ? undefined
    : {
        program: programOf(service.name, service.migrate),
        env: {
          ...common(around),
          ...databaseVariables(service, around),
          ...around.extra.all,
          ...around.extra[service.name],
        },
        log: join(around.places.logs, `${service.name}-migrate.log`),
      };

/** The command that makes the demo user, an administrator, so that everything there is can be seen. */
export const demoUser = ({ email, password }: DemoLogin, around: Surroundings): Command => ({
  program: programOf('auth', ['dist/seed.js', '--email', email, '--role', 'admin']),
  input: password,
  env: { ...common(around), DATABASE_URL: around.databaseUrl('auth'), ...around.extra.all, ...around.extra.auth },
  log: join(around.places.logs, 'auth-seed.log'),
});

const serviceVariables = (service: ServiceEntry, ports: Ports, around: Surroundings): Record<string, string> => ({
  ...common(around),
  PORT: String(ports.service),
  MANAGEMENT_PORT: String(ports.management),
  ...databaseVariables(service, around),
  KEYTURN_BASE_URL: around.baseUrl,
  KEYTURN_AUDIENCE: 'keyturn',
  KEYTURN_RING_URLS: around.documentUrls.join(','),
  ...ENDING,
  ...Object.fromEntries(service.calls.map((name) => [`KEYTURN_${variableName(name)}_URL`, around.baseUrl])),
  ...(service.language === 'python' && { PYTHONPATH: folderOf(service.name), PYTHONDONTWRITEBYTECODE: '1' }),
});

const variableName = (service: string): string => service.toUpperCase().replaceAll('-', '_');

const issuerVariables = (around: Surroundings): Record<string, string> => ({
  ...(around.frontendUrl !== undefined && { KEYTURN_FRONTEND_URL: around.frontendUrl }),
  KEYTURN_TRUTH_DIR: join(around.places.state, 'truth'),
  KEYTURN_LOCAL_REQUESTS_DIR: join(around.places.state, 'requests'),
  KEYTURN_ACCESS_TOKEN_TTL: around.rings[TOKEN_RING]?.maxCredentialLifetime ?? '60s',
  SMTP_URL: around.smtpUrl,
  MAIL_FROM: 'Keyturn <no-reply@keyturn.dev>',
});

/** A verifier of a shared-secret ring holds the secret, so it reads the truth; any other reads the public ring. */
const verifierVariables = (service: ServiceEntry, around: Surroundings): Record<string, string> => {
  if (service.sessions) return { ...sessionVariables(service.sessions, around), ...holderVariables(service, around) };
  return readerRole(TOKEN_RING, around) === 'holder'
    ? { KEYTURN_TOKEN_RING_ROLE: 'holder', ...holderVariables(service, around) }
    : { KEYTURN_RINGS_DIR: join(around.places.state, 'mounts', 'public') };
};

/** A program that cannot read the operator's truth loads the secret from a mount, as it would in a pod. */
const holderVariables = ({ language }: ServiceEntry, { places }: Surroundings): Record<string, string> =>
  language === 'python'
    ? { KEYTURN_RINGS_DIR: join(places.state, 'mounts', 'full') }
    : { KEYTURN_TRUTH_DIR: join(places.state, 'truth') };

const sessionVariables = (
  { rolePermissions }: NonNullable<ServiceEntry['sessions']>,
  around: Surroundings,
): Record<string, string> => ({
  KEYTURN_SESSION_DATABASE_URL: around.databaseUrl('auth'),
  KEYTURN_SESSION_RING: SESSION_RING,
  KEYTURN_SESSION_COOKIES: 'better-auth.session_token',
  KEYTURN_ROLE_PERMISSIONS: rolePermissions,
});

/** By the ring as it is here, which may be of another kind than the chart's. */
const readerRole = (ring: string, { rings }: Surroundings): RingRole =>
  rings[ring]?.type === 'SharedSecret' ? 'holder' : 'verifier';

/** Its part in each ring that there is here. */
const ringsOf = ({ rings }: ServiceEntry, around: Surroundings): Record<string, RingRole> =>
  Object.fromEntries(
    Object.entries(rings)
      .filter(([ring]) => ring in around.rings)
      .map(([ring, role]) => [ring, role === 'issuer' ? role : readerRole(ring, around)]),
  );

/** One process of a service, as a pod. */
export const servicePod = (service: ServiceEntry, name: string, ports: Ports, around: Surroundings): PodSpec => ({
  name,
  service: service.name,
  program: commandOf(service),
  url: at(ports.service),
  managementUrl: at(ports.management),
  log: join(around.places.logs, `${name}.log`),
  rings: ringsOf(service, around),
  env: ({ uid, dir }) => ({
    ...serviceVariables(service, ports, around),
    ...(service.name === 'auth' ? issuerVariables(around) : verifierVariables(service, around)),
    KEYTURN_POD_UID: uid,
    KEYTURN_STATE_DIR: dir,
    ...service.env,
    ...around.extra.all,
    ...around.extra[service.name],
    ...around.extra[name],
  }),
});

/** The operator, which is a consumer of nothing. */
export const operatorPod = (managementPort: number, around: Surroundings): PodSpec => ({
  name: 'operator',
  program: [
    process.execPath,
    '--enable-source-maps',
    OPERATOR,
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
