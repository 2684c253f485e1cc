import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { blocksOf, codeOf, manuals, pages, read, ROOT } from './support/markdown.js';

interface Node {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Node>>;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: Node | boolean;
  readonly allOf?: readonly Node[];
}

const schema = JSON.parse(read('charts/keyturn/values.schema.json')) as Node;
const resolved = ({ $ref, ...node }: Node): Node =>
  $ref === undefined ? node : (schema.$defs?.[$ref.split('/').at(-1) ?? ''] ?? {});

/** Whether a value can be at a path; a name in capitals stands for any name of a map. */
const isValue = (path: string): boolean => {
  let node: Node | undefined = schema;
  for (const key of path.split('.')) {
    const here: Node = resolved(node);
    const next: Node | boolean | undefined = here.properties?.[key] ?? here.additionalProperties;
    if (typeof next !== 'object') return here.properties === undefined && here.additionalProperties !== false;
    node = next;
  }
  return true;
};

/** The headings of a page as GitHub makes anchors of them. */
const anchors = (path: string): Set<string> =>
  new Set(
    [...read(path).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );

const isWhole = (page: string, target: string): boolean => {
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? page : join(dirname(page), path);
  return existsSync(join(ROOT, file)) && (anchor === undefined || anchors(file).has(anchor));
};

/** Each page with what is wrong in it. */
const faults = (check: (page: string) => readonly string[], of = pages()): string[] =>
  of.flatMap((page) => check(page).map((fault) => `${page}: ${fault}`));

const program = globSync('{services,operator,infra}/**/src/**/*.{ts,mjs}', {
  cwd: ROOT,
  exclude: ['**/node_modules/**'],
})
  .map((path) => readFileSync(join(ROOT, path), 'utf8'))
  .join('\n');

describe('the pages', () => {
  it('lead only to files and headings that are there', () => {
    const targets = (page: string): string[] =>
      [...read(page).matchAll(/\]\(([^)\s]+)\)/g)]
        .map(([, target = '']) => target)
        .filter((to) => !/^[a-z]+:/.test(to));
    expect(pages().flatMap(targets).length).toBeGreaterThan(30);
    expect(faults((page) => targets(page).filter((target) => !isWhole(page, target)))).toEqual([]);
  });

  it('name only values that the chart takes', () => {
    const top = Object.keys(schema.properties ?? {}).filter((key) => !['global', 'service', 'enabled'].includes(key));
    const path = new RegExp(`^(?:${top.join('|')})(?:\\.[a-zA-Z-]+)+$`);
    // `operator.yaml` and the like are files.
    const values = (page: string): string[] =>
      codeOf(page).filter((code) => path.test(code) && !/\.(?:ya?ml|ts|md|json)$/.test(code));
    expect(pages().flatMap(values).length).toBeGreaterThan(30);
    expect(faults((page) => values(page).filter((value) => !isValue(value)))).toEqual([]);
    expect(isValue('services.NAME.database.existingSecret') && isValue('rings.NAME.rotation.interval')).toBe(true);
    expect(isValue('auth.databse.existingSecret') || isValue('services.NAME.replcas')).toBe(false);
  });

  it('name only variables and metrics that a program has', () => {
    const names = (page: string): string[] =>
      read(page).match(/\bKEYTURN_[A-Z_]+[A-Z]\b|\bkeyturn_[a-z_]+[a-z]\b/g) ?? [];
    // Names of databases are the chart's, or made from a service's name.
    const known = (name: string): boolean =>
      /^keyturn_(?:auth|tasks|orders)$/.test(name) ||
      new RegExp(`\\b${name.replace(/_(?:bucket|count|sum)$/, '')}\\b`).test(program);
    expect(faults((page) => names(page).filter((name) => !known(name)))).toEqual([]);
  });

  it('name only commands that keyturn has', () => {
    const commands = new Set(
      [...program.matchAll(/\.command\('([a-z]+)'\)|simple\('([a-z]+)'/g)].map(([, a, b]) => a ?? b),
    );
    expect(commands.size).toBeGreaterThan(8);
    const named = (page: string): string[] => {
      const code = [...blocksOf(page).map(({ text }) => text), ...codeOf(page)].join('\n');
      const after =
        /(?:^|\n|kubectl |run (?:-s )?)keyturn(?: --)?(?: --json| --(?:namespace|context|state) \S+| -n \S+)* ([a-z]+)\b/g;
      return [...code.matchAll(after)].map(([, name = '']) => name);
    };
    expect(pages().flatMap(named).length).toBeGreaterThan(10);
    expect(faults((page) => named(page).filter((name) => !commands.has(name)))).toEqual([]);
  });

  it('say how many processes the operator asks at once as the operator has it', () => {
    const [, limit = ''] = /ASKED_AT_ONCE = (\d+)/.exec(program) ?? [];
    const said = (page: string): string[] => read(page).match(/\b\d[\d,]*(?= at once)/g) ?? [];
    expect(pages().flatMap(said).length).toBeGreaterThan(0);
    expect(faults((page) => said(page).filter((count) => count !== limit))).toEqual([]);
  });

  it('mark no block with a word that nobody acts on', () => {
    const scenes = ['older', 'lost', 'token'].map((scene) => `sh cluster ${scene}`);
    const known = ['sh local', 'sh cluster', ...scenes, 'yaml apply', 'yaml values'];
    const marked = (page: string): string[] =>
      blocksOf(page).flatMap(({ words }) => (words.includes(' ') ? [words] : []));
    expect(faults((page) => marked(page).filter((words) => !known.includes(words)), manuals())).toEqual([]);
  });
});
