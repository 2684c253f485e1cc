import { describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { complaints, featuresPage, readFeatures } from '../src/features.js';
import { ROOT } from '../src/sources.js';
import { testNames } from '../src/test-names.js';

const write = process.env['GOLDEN'] === 'write';
const PAGE = join(ROOT, 'docs/features.md');

const namesIn = (file: string): string[] | undefined => {
  const path = join(ROOT, file);
  return existsSync(path) ? testNames(file, readFileSync(path, 'utf8')) : undefined;
};

describe('a feature', () => {
  it('has tests that are there, unless it is said to be missing', () => {
    expect(complaints(readFeatures(), namesIn)).toEqual([]);
  });

  it('would be missed without its test: a file, a name, or every one that is gone is told', () => {
    const [part] = readFeatures().parts;
    const [row] = part!.rows;
    const [test] = row!.tests!;
    const among = (...rows: object[]): readonly string[] =>
      complaints({ parts: [{ title: 'x', rows: rows as [] }] }, namesIn);
    expect(among(row!)).toEqual([]);
    expect(among({ ...row, tests: [{ ...test, file: 'gone.spec.ts' }] })).toEqual([
      `${row!.id}: there is no gone.spec.ts`,
    ]);
    expect(among({ ...row, tests: [{ ...test, test: 'no such name' }] })).toHaveLength(1);
    expect(among({ ...row, tests: [] })).toEqual([`${row!.id}: has no test`]);
    expect(among({ ...row, status: 'not yet' })).toHaveLength(1);
    expect(among(row!, row!)).toHaveLength(1);
  });

  it('is on the page that docs/features.md is', () => {
    const page = featuresPage(readFeatures());
    if (write) writeFileSync(PAGE, page);
    expect(readFileSync(PAGE, 'utf8')).toBe(page);
  });
});

describe('the names of tests', () => {
  it('are found however a test is declared', () => {
    const text = `
      it('plain', () => {});
      it.each(['a', 'b'])('for %s', () => {});
      clusterTest(\`with \${why} a reason\`, async () => {});
      (why === '' ? it : it.skip).each(ROWS)('chosen', () => {});
      describe('no test', () => {});
      split('no test either', () => {});
      it('a name alone');
    `;
    expect(testNames('some.spec.ts', text)).toEqual(['plain', 'for %s', 'with  a reason', 'chosen']);
  });
});
