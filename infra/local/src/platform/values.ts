import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import type { RingRole } from '../processes/consumer-file.js';
import type { RouteRule } from '../proxy/routes.js';
import { SESSION_RING, TOKEN_RING } from './rings.js';

/** A service as this machine has to know it. */
export interface ServiceEntry {
  readonly name: string;
  readonly language: 'node' | 'python';
  /** The Python to run it with; undefined until one was found, and for services in other languages. */
  readonly python?: string;
  /** Program and its arguments: a file below the service's folder for Node. */
  readonly args: readonly string[];
  /** The same for the program that migrates its database; empty: there is none. */
  readonly migrate: readonly string[];
  /** undefined: it has none. */
  readonly database: string | undefined;
  readonly rings: Readonly<Record<string, RingRole>>;
  /** It looks sessions up, and is given what roles permit; undefined: it verifies tokens. */
  readonly sessions: { readonly rolePermissions: string } | undefined;
  readonly routes: readonly Omit<RouteRule, 'service'>[];
  /** Components that it calls. */
  readonly calls: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** What every service of the chart may have; the rest is the cluster's. */
interface Block {
  readonly enabled?: boolean;
  readonly args?: readonly string[];
  readonly migrate?: { readonly args?: readonly string[] };
  readonly database?: { readonly name?: string };
  readonly rings?: Readonly<Record<string, RingRole>>;
  readonly sessions?: boolean;
  readonly routes?: readonly { readonly path: string; readonly type?: RouteRule['type'] }[];
  readonly permissions?: Readonly<Record<string, readonly string[]>>;
  readonly calls?: readonly string[];
  readonly env?: Readonly<Record<string, unknown>>;
}

interface Values {
  readonly auth: Block & { readonly rolePermissions?: Readonly<Record<string, readonly string[]>> };
  readonly services?: Readonly<Record<string, Block | null>> | null;
}

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const VALUES = 'charts/keyturn/values.yaml';

/** The issuer's, as the chart has them. */
const AUTH_ROUTES = ['/api/auth', '/api/admin', '/.well-known'];

/** As in their images. */
const DEFAULT_ARGS: Readonly<Record<ServiceEntry['language'], (name: string) => string[]>> = {
  node: () => ['dist/main.js'],
  python: (name) => ['-m', name],
};

const textsOf = (variables: Readonly<Record<string, unknown>> = {}): Record<string, string> =>
  Object.fromEntries(
    Object.entries(variables).flatMap(([name, value]) => (typeof value === 'object' ? [] : [[name, String(value)]])),
  );

/** One that looks sessions up takes part in the ring that signs them, in place of the tokens'. */
const partsOf = ({ rings = {}, sessions = false }: Block): ServiceEntry['rings'] => {
  if (!sessions) return rings;
  const others = Object.entries(rings).filter(([ring]) => ring !== TOKEN_RING);
  return { ...Object.fromEntries(others), [SESSION_RING]: 'holder' };
};

const entryOf = (name: string, block: Block, language: ServiceEntry['language'], permitted: string): ServiceEntry => ({
  name,
  language,
  args: block.args && block.args.length > 0 ? block.args : DEFAULT_ARGS[language](name),
  migrate: block.migrate?.args ?? [],
  database: block.database?.name || undefined,
  rings: partsOf(block),
  sessions: block.sessions ? { rolePermissions: permitted } : undefined,
  routes: (block.routes ?? []).map(({ path, type = 'Prefix' }) => ({ path, type })),
  calls: block.calls ?? [],
  env: textsOf(block.env),
});

/** `user=orders:read orders:write,admin=*`: what the issuer grants each role, with what each service asks for. */
const rolePermissions = ({ rolePermissions: own = {} }: Values['auth'], blocks: readonly Block[]): string => {
  const all = [own, ...blocks.map(({ permissions = {} }) => permissions)].flatMap((roles) => Object.entries(roles));
  const byRole = Map.groupBy(all, ([role]) => role);
  return [...byRole]
    .map(([role, grants]) => `${role}=${[...new Set(grants.flatMap(([, permissions]) => permissions))].join(' ')}`)
    .join(',');
};

/**
 * The issuer and the services of the chart's values, the issuer first. Whether one in Python runs is up to this machine, not to
 * its `enabled`. Throws an Error that names a block that is none.
 */
export const servicesOf = (text: string, isPython: (name: string) => boolean = () => false): ServiceEntry[] => {
  const values = parse(text) as Values;
  const blocks = Object.entries(values.services ?? {}).flatMap(([name, block]): [string, Block][] => {
    if (block === null || (block.enabled === false && !isPython(name))) return [];
    if (typeof block !== 'object') throw new Error(`${VALUES}: services.${name}: must be a block of values`);
    return [[name, block]];
  });
  const permissions = rolePermissions(
    values.auth,
    blocks.map(([, block]) => block),
  );
  const auth: Block = {
    migrate: { args: ['dist/migrate.js'] },
    rings: { [TOKEN_RING]: 'issuer', [SESSION_RING]: 'issuer' },
    routes: AUTH_ROUTES.map((path) => ({ path })),
    ...values.auth,
    env: { KEYTURN_ROLE_PERMISSIONS: permissions, ...values.auth.env },
  };
  const language = (name: string): ServiceEntry['language'] => (isPython(name) ? 'python' : 'node');
  return [
    entryOf('auth', auth, 'node', permissions),
    ...blocks.map(([name, block]) => entryOf(name, block, language(name), permissions)),
  ];
};

/** Folder of a service. */
export const folderOf = (service: string): string => join(ROOT, 'services', service);

const has = (service: string, file: string): boolean => existsSync(join(folderOf(service), file));
const isPython = (service: string): boolean => has(service, 'pyproject.toml');

const chartValues = (): string => readFileSync(join(ROOT, VALUES), 'utf8');

/**
 * The services of the chart's values, or of others like them, that this workspace has: the issuer, and those that `only` names
 * (default all); of those in Python only with `python`.
 */
export const readServices = (only?: readonly string[], python = false, values = chartValues()): ServiceEntry[] =>
  servicesOf(values, isPython).filter(({ name, language }) => {
    if (name === 'auth') return true;
    return (only?.includes(name) ?? true) && (language === 'python' ? python : has(name, 'package.json'));
  });
