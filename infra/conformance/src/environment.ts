/** The only place of this project where the environment is read. */

/** What the guard service of this project is given: the variables of every process that takes part in rotations. */
export interface GuardServiceEnvironment {
  readonly port: number;
  readonly managementPort: number;
  readonly ring: string;
  readonly role: 'verifier' | 'holder';
  readonly urls: readonly string[];
  readonly ringsDir: string | undefined;
  readonly stateDir: string;
  readonly podUid: string;
  readonly audience: string;
  /** Required `iss`; the ring's own when absent. */
  readonly issuer: string | undefined;
  readonly sessionDatabaseUrl: string | undefined;
  readonly cookies: readonly string[];
}

const text = (name: string, otherwise?: string): string => {
  const value = process.env[name] ?? otherwise;
  if (value === undefined) throw new TypeError(`${name}: is missing`);
  return value;
};

const list = (name: string): string[] => text(name, '').split(',').filter(Boolean);

export function readGuardServiceEnvironment(): GuardServiceEnvironment {
  const sessionDatabaseUrl = process.env['KEYTURN_SESSION_DATABASE_URL'];
  const holds = sessionDatabaseUrl !== undefined || text('KEYTURN_TOKEN_RING_ROLE', 'verifier') === 'holder';
  return {
    port: Number(text('PORT', '3000')),
    managementPort: Number(text('MANAGEMENT_PORT', '9000')),
    ring: sessionDatabaseUrl
      ? text('KEYTURN_SESSION_RING', 'session-secret')
      : text('KEYTURN_TOKEN_RING', 'access-tokens'),
    role: holds ? 'holder' : 'verifier',
    urls: list('KEYTURN_RING_URLS'),
    ringsDir: process.env['KEYTURN_RINGS_DIR'],
    stateDir: text('KEYTURN_STATE_DIR'),
    podUid: text('KEYTURN_POD_UID'),
    audience: text('KEYTURN_AUDIENCE', 'keyturn'),
    issuer: process.env['KEYTURN_BASE_URL'],
    sessionDatabaseUrl,
    cookies: list('KEYTURN_SESSION_COOKIES'),
  };
}

/** A program of yours that the tests are run against as well, with its arguments, separated by spaces. */
export const readCandidate = (): string[] =>
  (process.env['KEYTURN_CONFORMANCE_COMMAND'] ?? '').split(' ').filter(Boolean);

/** What a program needs of this process' environment to be found and run at all. */
export const basicEnvironment = (): Record<string, string> => ({ PATH: text('PATH', '/usr/bin:/bin') });
