import type { Tree } from '@nx/devkit';
import { LOCKFILE } from './lockfile.ts';
import { TSCONFIG } from './tsconfig.ts';
import { VALUES } from './values.ts';

/** What a service needs around itself, and what it is for. */
const FILES: Readonly<Record<string, string>> = {
  [LOCKFILE]: 'npm install writes it',
  [TSCONFIG]: 'the projects of the workspace, as { "files": [], "references": [] }',
  'tsconfig.base.json':
    'compiler options that every service extends; it has composite, experimentalDecorators and emitDecoratorMetadata, and strictPropertyInitialization false',
  'jest.preset.js': 'the Jest configuration that every service extends; it transforms TypeScript with decorators',
  [VALUES]: 'the chart of the platform, or its values alone',
};

/** Packages that a service imports, with their folders where they are of this workspace. */
const PACKAGES: Readonly<Record<string, string>> = {
  '@keyturn/guard': 'services/guard',
  '@keyturn/runtime': 'services/runtime',
  '@keyturn/postgres': 'infra/postgres',
};

const FOLDERS = 'services/*';

interface Root {
  readonly workspaces?: readonly string[] | { readonly packages?: readonly string[] };
}

const lacksFolders = (tree: Tree): boolean => {
  const { workspaces = [] } = JSON.parse(tree.read('package.json', 'utf8') ?? '{}') as Root;
  const folders = 'packages' in workspaces ? (workspaces.packages ?? []) : (workspaces as readonly string[]);
  return !folders.some((folder) => folder.replace(/^\.\//, '') === FOLDERS);
};

/** A line for each thing that the workspace lacks; none when a service can be added. */
export const missingIn = (tree: Tree): string[] => [
  ...(lacksFolders(tree) ? [`package.json: workspaces: must have "${FOLDERS}"`] : []),
  ...Object.entries(FILES).flatMap(([path, what]) => (tree.exists(path) ? [] : [`${path}: is missing: ${what}`])),
  ...Object.entries(PACKAGES).flatMap(([name, folder]) =>
    tree.exists(`${folder}/package.json`) || tree.exists(`node_modules/${name}/package.json`)
      ? []
      : [`${name}: is not installed`],
  ),
];
