/** What a service imports, and what the database needs beside it. Versions are those that the runtime is tested with. */
const IMPORTED = ['@nestjs/common', '@nestjs/swagger', '@nestjs/typeorm', 'pg', 'typeorm', 'zod'];

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** A manifest that the kit writes. */
export type ServiceManifest = ReturnType<typeof manifestOf>;

const versionIn = ({ dependencies, peerDependencies }: Manifest, name: string): string => {
  const version = dependencies?.[name] ?? peerDependencies?.[name];
  if (version === undefined) throw new Error(`@keyturn/runtime: names no version of ${name}`);
  return version;
};

/** The package.json of a service. */
export const manifestOf = (name: string, service: string, root: Manifest, runtime: Manifest) => ({
  name,
  version: root.version,
  private: true,
  ...(root.license !== undefined && { license: root.license }),
  type: 'module',
  exports: {
    '.': { '@keyturn/source': './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' },
    './package.json': './package.json',
  },
  scripts: {
    build: 'tsc -b tsconfig.json',
    test: 'NODE_OPTIONS="--experimental-vm-modules --disable-warning=ExperimentalWarning" jest',
  },
  dependencies: {
    '@keyturn/guard': versionIn(runtime, '@keyturn/guard'),
    '@keyturn/runtime': runtime.version,
    ...Object.fromEntries(IMPORTED.map((dependency) => [dependency, versionIn(runtime, dependency)])),
  },
  devDependencies: { '@keyturn/postgres': versionIn(runtime, '@keyturn/postgres') },
  nx: { tags: ['type:app', `scope:${service}`] },
});
