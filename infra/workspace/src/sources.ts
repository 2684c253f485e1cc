import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository as plain data: its projects with their Nx tags, and its source files with what they import. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

export interface Project {
  readonly name: string;
  /** Folder below the root, no trailing slash. */
  readonly folder: string;
  readonly tags: readonly string[];
}

export interface SourceFile {
  /** Path below the root. */
  readonly path: string;
  readonly text: string;
  readonly project: Project;
}

const git = (...args: string[]): string[] =>
  execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 1 << 26 })
    .split('\0')
    .filter((line) => line !== '');

/** Every file that is tracked, or new and not ignored. */
export const repositoryFiles = (): string[] =>
  git('ls-files', '-z', '--cached', '--others', '--exclude-standard').filter((path) => existsSync(join(ROOT, path)));

interface Manifest {
  readonly name?: string;
  readonly tags?: readonly string[];
  readonly nx?: { readonly tags?: readonly string[] };
}

export function projects(files: readonly string[]): Project[] {
  return files
    .filter((path) => /(^|\/)(package|project)\.json$/.test(path) && path !== 'package.json')
    .map((path) => {
      const manifest = JSON.parse(readFileSync(join(ROOT, path), 'utf8')) as Manifest;
      return { name: manifest.name ?? path, folder: dirname(path), tags: manifest.nx?.tags ?? manifest.tags ?? [] };
    })
    .filter(({ tags }) => tags.length > 0)
    .sort((a, b) => b.folder.length - a.folder.length);
}

/** The deepest project that holds a path. */
export const projectOf = (path: string, all: readonly Project[]): Project | undefined =>
  all.find(({ folder }) => path.startsWith(`${folder}/`));

export function sourceFiles(files: readonly string[], all: readonly Project[]): SourceFile[] {
  return files
    .filter((path) => /\.(ts|tsx|mts)$/.test(path) && !path.endsWith('.d.ts'))
    .flatMap((path) => {
      const project = projectOf(path, all);
      return project ? [{ path, project, text: readFileSync(join(ROOT, path), 'utf8') }] : [];
    });
}

const IMPORT =
  /(?:^|[;\n])\s*(?:import|export)\s[^'"`;]*?from\s*['"]([^'"]+)['"]|\bimport\s*\(\s*['"]([^'"]+)['"]|(?:^|\n)\s*import\s+['"]([^'"]+)['"]/g;

export const importsOf = ({ text }: SourceFile): string[] =>
  [...text.matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? match[3] ?? '').filter((name) => name !== '');

/** The project that an import reaches; undefined for a package from the registry or a Node module. */
export function importedProject(file: SourceFile, specifier: string, all: readonly Project[]): Project | undefined {
  if (specifier.startsWith('.')) {
    return projectOf(normalize(join(dirname(file.path), specifier)), all);
  }
  const target = all.find(({ name }) => specifier === name || specifier.startsWith(`${name}/`));
  // A sub-path of a package is the folder of that name in its sources, which may be a project of its own.
  return target && projectOf(`${target.folder}/src${specifier.slice(target.name.length)}/index.ts`, all);
}

export const isTest = (path: string): boolean => /(^|\/)test\/|\.spec\.ts$/.test(path);
