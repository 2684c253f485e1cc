/** The only place where the launcher reads its environment. */
export interface Environment {
  /** An existing PostgreSQL server instead of the embedded one. */
  readonly databaseUrl: string | undefined;
  /** https://no-color.org */
  readonly noColor: boolean;
}

/** An empty variable counts as one that is not there. */
const variable = (name: string): string | undefined => process.env[name] || undefined;

export const readEnvironment = (): Environment => ({
  databaseUrl: variable('DATABASE_URL'),
  noColor: variable('NO_COLOR') !== undefined,
});

/** Nothing else of the launcher's own environment reaches a service: it would differ from machine to machine. */
const INHERITED = ['PATH', 'HOME', 'LANG', 'TZ', 'TMPDIR', 'NODE_EXTRA_CA_CERTS'];

export const inheritedVariables = (): Record<string, string> =>
  Object.fromEntries(INHERITED.flatMap((name) => (variable(name) === undefined ? [] : [[name, variable(name)!]])));
