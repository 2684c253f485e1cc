import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { findHelm } from '@keyturn/cluster';
import { chooseApps, imageOf, readArguments } from '@keyturn/images';
import { blocksOf, pages, read, ROOT } from './support/markdown.js';
import { runLines } from './support/shell.js';

const helm = await findHelm((line) => process.stderr.write(`${line}\n`));
const helmTest = (name: string, work: () => Promise<void>): void =>
  'missing' in helm ? it.skip(`${name}, skipped: ${helm.missing}`, work) : it(name, work);

const folder = mkdtempSync(join(tmpdir(), 'page-images-'));
const bin = join(folder, '.bin');

/**
 * Stands for Helm: what an install or an upgrade would make is added to `rendered`, from the chart of this repository. An upgrade that
 * is given no values has those of the install before, as with Helm.
 */
const helmScript = (program: string): string => `#!/bin/bash
command=$1; shift
values=()
while [ $# -gt 0 ]; do
  case "$1" in --set|-f) values+=("$1" "$2"); shift ;; esac
  shift
done
case "$command" in
  install) echo "\${values[@]}" > given ;;
  upgrade) [ \${#values[@]} -gt 0 ] || read -ra values < given ;;
  *) exit 0 ;;
esac
"${program}" template keyturn charts/keyturn "\${values[@]}" >> rendered
`;

const RELEASE = /^helm (?:install|upgrade) /m;
/** Pages that say how to deploy, each with those that were followed before. */
const DEPLOYING = [['README.md'], ['docs/install.md'], ['docs/add-a-service.md', 'docs/install.md']] as const;

beforeAll(() => {
  mkdirSync(bin);
  symlinkSync(join(ROOT, 'charts'), join(folder, 'charts'));
  if (!('missing' in helm)) writeFileSync(join(bin, 'helm'), helmScript(helm.program), { mode: 0o755 });
  for (const name of ['kubectl', 'npm']) writeFileSync(join(bin, name), '#!/bin/sh\n', { mode: 0o755 });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const follow = async (page: string): Promise<void> => {
  const env = { PATH: `${bin}:/usr/bin:/bin`, HOME: folder };
  for (const { text } of blocksOf(page)) if (RELEASE.test(text)) await runLines(text, { cwd: folder, env });
};

/** Images of whatever the commands of a page install, after those of other pages. */
const rendered = async (page: string, before: readonly string[]): Promise<Set<string>> => {
  for (const other of before) await follow(other);
  writeFileSync(join(folder, 'rendered'), '');
  await follow(page);
  const found = readFileSync(join(folder, 'rendered'), 'utf8').matchAll(/^ +image: (\S+)$/gm);
  return new Set([...found].map(([, image = '']) => image));
};

const PUSH = /(?<=^npm run images -- )[^#\n]*--push[^#\n]*/gm;

/** Images that a page's own commands put into a registry: of all programs, or of those that are named. */
const pushed = (page: string): string[] => {
  const { version } = JSON.parse(read('package.json')) as { readonly version: string };
  const lines = blocksOf(page).flatMap(({ text }) => text.match(PUSH) ?? []);
  return lines.flatMap((line) => {
    const words = line.trim().split(/ +/);
    const isName = (word: string): boolean => /^[a-z]+$/.test(word);
    const wanted = readArguments(
      words.filter((word) => !isName(word)),
      version,
    );
    const names = words.filter(isName).map((name) => ({ name }));
    return (names.length > 0 ? names : chooseApps(wanted, undefined).apps).map((app) => imageOf(wanted, app));
  });
};

describe('images of the pages that say how to deploy', () => {
  for (const [page, ...before] of DEPLOYING) {
    helmTest(`are all made by the commands of ${page}, or named there`, async () => {
      const images = await rendered(page, before);
      const followed = [page, ...before];
      const made = new Set(followed.flatMap(pushed));
      const text = followed.map(read).join('\n');
      expect(made).toContain('registry.example/team/keyturn/auth:0.1.0');
      expect(images.size).toBeGreaterThan(3);
      expect([...images].filter((image) => !made.has(image) && !text.includes(`\`${image}\``))).toEqual([]);
    });
  }

  it('are pushed wherever something is installed from a registry', () => {
    expect(
      pages()
        .filter((page) => pushed(page).length > 0)
        .sort(),
    ).toEqual(DEPLOYING.map(([page]) => page).sort());
  });
});
