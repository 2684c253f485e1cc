import { describe, expect, it } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { CHART, helm, helmTest, type KubeObject, nameOf, renderSet, SETS, valuesOf } from './support/helm.js';
import { withReference } from './support/values-reference.js';

const write = process.env.GOLDEN === 'write';
const golden = (set: string): string => fileURLToPath(new URL(`golden/${set}.yaml`, import.meta.url));

/** A password that is made anew for each render, in its place. */
const settled = (object: KubeObject): object =>
  object.kind === 'Secret' ? { ...object, data: { password: 'random' } } : object;

const inOrder = (objects: readonly KubeObject[]): Map<string, string> =>
  new Map(
    objects
      .map((object) => [nameOf(object), stringify(settled(object), { lineWidth: 0, sortMapEntries: true })] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );

/** All objects of the smallest and the largest set; of the others what differs from the smallest. */
const goldenText = async (set: (typeof SETS)[number]): Promise<string> => {
  const objects = inOrder(await renderSet(set));
  if (set === 'minimal' || set === 'production') return [...objects.values()].join('---\n');
  const minimal = inOrder(await renderSet('minimal'));
  const gone = [...minimal.keys()].filter((name) => !objects.has(name)).map((name) => `# no ${name}\n`);
  const changed = [...objects].filter(([name, text]) => minimal.get(name) !== text).map(([, text]) => text);
  return `# What differs from minimal.yaml.\n${gone.join('')}${changed.join('---\n')}`;
};

describe('a render', () => {
  for (const set of SETS) {
    helmTest(`of the values ${set} is what it was, and clean for lint`, async () => {
      const text = await goldenText(set);
      if (write) writeFileSync(golden(set), text);
      expect(text).toBe(readFileSync(golden(set), 'utf8'));
      expect(await helm('lint', '--strict', CHART, '-f', valuesOf(set))).toContain('0 chart(s) failed');
    });
  }

  helmTest('makes each object once, and a new password for each release', async () => {
    const [first, second] = await Promise.all([renderSet('minimal'), renderSet('minimal')]);
    expect(new Set(first.map(nameOf)).size).toBe(first.length);
    const password = (objects: KubeObject[]) => JSON.stringify(objects.find(({ kind }) => kind === 'Secret'));
    expect(password(first)).not.toBe(password(second));
  });
});

it('the README lists every value with its default and what values.yaml says of it', () => {
  const [path, values] = [`${CHART}/README.md`, readFileSync(`${CHART}/values.yaml`, 'utf8')];
  const text = withReference(readFileSync(path, 'utf8'), values);
  if (write) writeFileSync(path, text);
  expect(readFileSync(path, 'utf8')).toBe(text);
});

it('nothing of this is written by a run for a change', () => {
  expect(process.env.CI === 'true' && write).toBe(false);
});
