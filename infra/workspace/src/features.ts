import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './sources.js';

/** A test that shows a feature: its file below the root, and its name as it is written there without interpolations. */
export interface Evidence {
  readonly file: string;
  readonly test: string;
}

export interface Feature {
  readonly id: string;
  readonly feature: string;
  readonly status: 'done' | 'partly' | 'not yet';
  /** What a part of it lacks. */
  readonly missing?: string;
  /** At least one unless it is not there yet. */
  readonly tests?: readonly Evidence[];
}

export interface Features {
  readonly parts: readonly { readonly title: string; readonly rows: readonly Feature[] }[];
}

export const readFeatures = (): Features =>
  JSON.parse(readFileSync(join(ROOT, 'infra/workspace/features.json'), 'utf8')) as Features;

/** What is wrong with the rows, as sentences; `namesIn` gives the tests of a file, undefined where there is no such file. */
export function complaints(
  { parts }: Features,
  namesIn: (file: string) => readonly string[] | undefined,
): readonly string[] {
  const rows = parts.flatMap((part) => part.rows);
  const twice = rows.filter(({ id }, index) => rows.findIndex((other) => other.id === id) !== index);
  const bare = rows.filter(({ status, tests = [] }) => (status === 'not yet') !== (tests.length === 0));
  const vague = rows.filter(({ status, missing }) => (status === 'partly') !== (missing !== undefined));
  return [
    ...twice.map(({ id }) => `${id}: there are two rows of this id`),
    ...bare.map(
      ({ id, status }) => `${id}: ${status !== 'not yet' ? 'has no test' : 'has tests, but is said to be missing'}`,
    ),
    ...vague.map(({ id }) => `${id}: what is missing has to be said if it is partly there, and only then`),
    ...rows.flatMap(({ id, tests = [] }) =>
      tests.flatMap(({ file, test }) => {
        const names = namesIn(file);
        if (!names) return [`${id}: there is no ${file}`];
        return names.includes(test) ? [] : [`${id}: ${file} has no test "${test}"`];
      }),
    ),
  ];
}

const cell = (text: string): string => text.replaceAll('|', '\\|');

const rowOf = ({ feature, status, missing, tests = [] }: Feature): string => {
  const links = tests.map(({ file, test }) => `[${cell(test.trim() || file)}](../${file})`);
  const lacks = missing === undefined ? [] : [`*partly*: ${cell(missing)}`];
  return `| ${cell(feature)} | ${status === 'not yet' ? 'not yet' : [...links, ...lacks].join('<br>')} |`;
};

/** The page: every feature with the tests that show it. */
export const featuresPage = ({ parts }: Features): string => {
  const tables = parts.map(({ title, rows }) =>
    [`## ${title}`, '', '| feature | shown by |', '| --- | --- |', ...rows.map(rowOf)].join('\n'),
  );
  return `# Features

What the platform does, each with the tests that show it. Written by \`npm run features -w infra/workspace\` from
\`infra/workspace/features.json\`; a test there fails when a row has lost one of its tests.

${tables.join('\n\n')}
`;
};
