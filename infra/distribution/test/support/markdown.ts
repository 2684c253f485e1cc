import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

/** A fenced block: the words after its backticks, and what is in it. */
export interface Block {
  /** File and line, for messages. */
  readonly place: string;
  readonly words: string;
  readonly text: string;
}

/** Pages for people who use Keyturn, relative to the repository. Reports and decisions tell of the past. */
export const pages = (): string[] =>
  globSync(['README.md', 'SECURITY.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'docs/**/*.md'], { cwd: ROOT })
    .filter((path) => !/^docs\/(?:reports|decisions)\//.test(path))
    .sort();

/** Whatever has commands: those pages, reports and decisions, and what stands beside packages and charts. */
export const manuals = (): string[] =>
  globSync(['*.md', 'docs/**/*.md', '{charts,infra,operator,services}/**/README.md'], {
    cwd: ROOT,
    exclude: ['**/node_modules/**', '**/dist/**', '**/.next/**'],
  }).sort();

export const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

const FENCE = /^( *)```(.*)\n([\s\S]*?)^ *```$/gm;

export const blocksOf = (path: string): Block[] => {
  const text = read(path);
  return [...text.matchAll(FENCE)].map(({ index, 2: words = '', 3: body = '' }) => ({
    place: `${path}:${text.slice(0, index).split('\n').length}`,
    words: words.trim(),
    text: body,
  }));
};

/** Blocks of all of them whose fence has these words, such as `sh local`. */
export const blocksFor = (words: string): Block[] =>
  manuals()
    .flatMap(blocksOf)
    .filter((block) => block.words === words);

/** What is written between single backticks outside of blocks, with the page. */
export const codeOf = (path: string): string[] =>
  [
    ...read(path)
      .replaceAll(FENCE, '')
      .matchAll(/`([^`\n]+)`/g),
  ].map(([, code = '']) => code);
