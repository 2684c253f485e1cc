import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { functionLengths } from '../src/functions.js';
import {
  importedProject,
  importsOf,
  isTest,
  type Project,
  projects,
  ROOT,
  repositoryFiles,
  type SourceFile,
  sourceFiles,
} from '../src/sources.js';

const files = repositoryFiles();
const all = projects(files);
const sources = sourceFiles(files, all);
const shipped = sources.filter(({ path }) => !isTest(path));

const has = (project: Project, tag: string): boolean => project.tags.includes(tag);
const type = (project: Project): string => project.tags.find((tag) => tag.startsWith('type:')) ?? 'type:none';

/** Who may import whom, by type. A pure project is a folder inside a library or an app, which may use it. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  'type:pure': ['type:pure'],
  'type:lib': ['type:lib', 'type:pure'],
  'type:app': ['type:lib', 'type:pure'],
  'type:tool': ['type:lib', 'type:pure'],
};

/** Proofs drive whole platforms, so they may use the launcher, the operator and one another's load as libraries. */
const EXCEPTIONS: Readonly<Record<string, readonly string[]>> = {
  '@keyturn/proof': ['@keyturn/local', '@keyturn/operator'],
  '@keyturn/acceptance': ['@keyturn/proof', '@keyturn/operator', '@keyturn/workspace'],
};

export function forbiddenImport(from: Project, to: Project): string | undefined {
  if (from === to || EXCEPTIONS[from.name]?.includes(to.name)) return undefined;
  // A pure folder inside a project belongs to it: both ways of naming the parent are the same scope.
  if (from.folder.startsWith(`${to.folder}/`) && type(from) !== 'type:pure') return undefined;
  if (!ALLOWED[type(from)]?.includes(type(to))) return `${from.name} (${type(from)}) imports ${to.name} (${type(to)})`;
  if (has(from, 'scope:operator') && to.folder.startsWith('services/') && !has(to, 'scope:keyring')) {
    return `${from.name}: the operator imports no service but the keyring, not ${to.name}`;
  }
  return undefined;
}

const violations = (check: (file: SourceFile) => readonly string[], among: readonly SourceFile[] = shipped): string[] =>
  among.flatMap((file) => check(file).map((message) => `${file.path}: ${message}`));

describe('the layout', () => {
  it('knows the type of every project', () => {
    expect(all.filter((project) => !(type(project) in ALLOWED)).map(({ name }) => name)).toEqual([]);
  });

  it('lets imports go only along the tags', () => {
    const found = violations((file) =>
      importsOf(file).flatMap((specifier) => {
        const target = importedProject(file, specifier, all);
        return (target && forbiddenImport(file.project, target)) ?? [];
      }),
    );
    expect(found).toEqual([]);
  });

  it('would notice an app that imports an app, and a pure folder that imports its host', () => {
    const project = (name: string, folder: string, tag: string): Project => ({ name, folder, tags: [tag] });
    const app = project('@keyturn/a', 'services/a', 'type:app');
    expect(forbiddenImport(app, project('@keyturn/b', 'services/b', 'type:app'))).toContain('type:app');
    expect(forbiddenImport(project('pure', 'services/a/src/pure', 'type:pure'), app)).toContain('type:pure');
  });

  it('reads process.env in at most one file of each project, called environment.ts', () => {
    // NEXT_RUNTIME is no variable: Next replaces it when it builds.
    const readers = shipped.filter(({ text }) => /\bprocess\.env\b(?!\.NEXT_RUNTIME\b)/.test(text));
    expect(readers.filter(({ path }) => !path.endsWith('/environment.ts')).map(({ path }) => path)).toEqual([]);
    const counts = Map.groupBy(readers, ({ project }) => project.name);
    expect([...counts].filter(([, group]) => group.length > 1).map(([name]) => name)).toEqual([]);
  });

  /** A clock, chance, the network or the process, and what is neither of this workspace nor beside the file. */
  const ambient =
    /\bDate\.now\b|\bDate\(\s*\)|\bMath\.random\b|\bperformance\b|\bfetch\(|\bprocess\.|\b(?:set(?:Timeout|Interval|Immediate)|queueMicrotask)\b|\bcrypto\b|\bglobalThis\b|\bfrom '(?!\.|@keyturn\/)[^']*'|^import '.*'/gm;
  const ambientIn = (text: string): readonly string[] =>
    text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '').match(ambient) ?? [];

  it('keeps clock, randomness, network and process out of pure projects', () => {
    const pure = shipped.filter(({ project }) => has(project, 'type:pure'));
    expect(pure.length).toBeGreaterThan(0);
    expect(violations(({ text }) => ambientIn(text), pure)).toEqual([]);
  });

  it.each([
    "import 'crypto';",
    "import { Pool } from 'pg';",
    "import { readFile } from 'node:fs/promises';",
    'const at = new globalThis.Date();',
    'const at = Date();',
    'const at = new Date();',
    'queueMicrotask(() => undefined);',
    'const n = Math.random();',
  ])('would notice in a pure project: %s', (text) => {
    expect(ambientIn(text)).not.toEqual([]);
    expect(ambientIn(`// ${text}\nimport { plan } from './plan.js';`)).toEqual([]);
  });
});

describe('the style', () => {
  it('keeps files at 300 lines at most, and half of them at 100', () => {
    const lengths = shipped.map(({ path, text }) => ({ path, lines: text.trimEnd().split('\n').length }));
    expect(lengths.filter(({ lines }) => lines > 300)).toEqual([]);
    const sorted = lengths.map(({ lines }) => lines).sort((a, b) => a - b);
    expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThanOrEqual(100);
  });

  it('keeps functions at 50 lines at most', () => {
    const long = violations(({ path, text }) =>
      functionLengths(path, text)
        .filter(({ lines }) => lines > 50)
        .map(({ name, line, lines }) => `${name} at line ${line} has ${lines} lines`),
    );
    expect(long).toEqual([]);
  });

  it('leaves no markers, no focused tests and no silenced type errors behind', () => {
    const marker = /\b(TODO|FIXME|XXX|HACK)\b|@ts-(?:ignore|nocheck)|\b(?:it|test|describe)\.only\b/g;
    const own = 'infra/workspace/test/architecture.spec.ts';
    expect(violations(({ path, text }) => (path === own ? [] : (text.match(marker) ?? [])), sources)).toEqual([]);
  });

  it('has no folder that is named after nothing', () => {
    expect(files.filter((path) => /(^|\/)(utils?|helpers?|common|misc)\//.test(path))).toEqual([]);
  });

  it('names no path of one machine', () => {
    const text = files.filter(
      (path) => /\.(ts|mjs|js|json|md|sh|yaml|tla)$/.test(path) && !path.includes('package-lock'),
    );
    const home = new RegExp(['/', 'root/|/', 'home/[a-z]|/', 'work/main'].join(''));
    expect(text.filter((path) => home.test(readFileSync(join(ROOT, path), 'utf8')))).toEqual([]);
  });
});
