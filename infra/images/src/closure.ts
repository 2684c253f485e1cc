import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean } | undefined>>;
}

/** A package that is needed: where it is installed, below the root, and where its files are, which a workspace links. */
export interface Installed {
  /** `node_modules/zod`, `node_modules/a/node_modules/b`. */
  readonly place: string;
  readonly folder: string;
}

const manifestOf = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;

/** What must be there, and what is used if it is. */
const needs = ({ dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta }: Manifest) => {
  const optional = new Set(Object.keys(optionalDependencies ?? {}));
  const peers = Object.keys(peerDependencies ?? {}).filter((name) => !peerDependenciesMeta?.[name]?.optional);
  return [...new Set([...Object.keys(dependencies ?? {}), ...peers, ...optional])].map((name) => ({
    name,
    required: !optional.has(name) && dependencies?.[name] !== undefined,
  }));
};

/** Where Node finds a package from a place below the root: the nearest node_modules upward. */
const resolve = (root: string, from: string, name: string): string | undefined => {
  for (let place = from; ; place = dirname(place)) {
    const found = join(place, 'node_modules', name);
    if (existsSync(join(root, found, 'package.json'))) return found;
    if (place === '.' || place === '') return undefined;
  }
};

/**
 * Every package that an app needs in production, itself left out, as it is installed below the root.
 * Throws an Error that names a dependency which is not installed.
 */
export const closureOf = (root: string, app: string): Installed[] => {
  const found = new Map<string, Installed>();
  const visit = (from: string, folder: string): void => {
    for (const { name, required } of needs(manifestOf(folder))) {
      const place = resolve(root, from, name);
      if (place === undefined && required) throw new Error(`${from}: its dependency ${name} is not installed`);
      if (place === undefined || found.has(place)) continue;
      const real = realpathSync(join(root, place));
      found.set(place, { place, folder: real });
      visit(place, real);
    }
  };
  visit(app, join(root, app));
  return [...found.values()];
};
