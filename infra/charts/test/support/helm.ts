import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, it } from '@jest/globals';
import { findHelm } from '@keyturn/cluster';
import { parse, parseAllDocuments } from 'yaml';
import { SHIPPED } from './values-reference.js';

const run = promisify(execFile);
/** Helm's home, made when it first runs in a test file. */
let home: string | undefined;
afterAll(() => {
  if (home !== undefined) rmSync(home, { recursive: true, force: true });
});

export const CHART = fileURLToPath(new URL('../../../../charts/keyturn', import.meta.url));
export const NAMESPACE = 'platform';
/** The value sets; minimal is the default of the chart. */
export const SETS = ['minimal', 'production', 'external-database', 'existing-secrets', 'cluster-wide'] as const;
export const valuesOf = (set: string): string => fileURLToPath(new URL(`../values/${set}.yaml`, import.meta.url));

const found = await findHelm((line) => process.stderr.write(`${line}\n`));

/** Why there is no Helm; undefined when there is one. */
export const missingHelm = 'missing' in found ? found.missing : undefined;

/** A test that needs Helm; where there is none it is skipped, and its name says why. */
export const helmTest = Object.assign(
  (name: string, work: () => Promise<void>): void =>
    missingHelm === undefined ? it(name, work) : it.skip(`${name}, skipped: ${missingHelm}`, work),
  {
    /** For each row, whose first member is put in place of %s. */
    each:
      <Row extends readonly string[]>(rows: readonly Row[]) =>
      (name: string, work: (...row: Row) => Promise<void>): void => {
        for (const row of rows)
          helmTest(
            name.replace('%s', () => row[0] ?? ''),
            () => work(...row),
          );
      },
  },
);

/** What Helm prints. Throws what it says about an error. */
export const helm = (...args: string[]): Promise<string> => helmFor({}, ...args);

/** Services that a workspace has added to the values as they were shipped: what the tests expect is without them. */
const ADDED = Object.keys((parse(readFileSync(join(CHART, 'values.yaml'), 'utf8')) as { services: object }).services)
  .filter((name) => !SHIPPED.includes(name))
  .flatMap((name) => ['--set', `services.${name}=null`]);

/** The same for a cluster: `env` has its KUBECONFIG. */
export const helmFor = async (env: Readonly<Record<string, string>>, ...args: string[]): Promise<string> => {
  if ('missing' in found) throw new Error(found.missing);
  home ??= mkdtempSync(join(tmpdir(), 'charts-'));
  const folders = { HOME: home, HELM_CACHE_HOME: home, HELM_CONFIG_HOME: home, HELM_DATA_HOME: home };
  const surroundings = { PATH: '/usr/bin:/bin', ...folders, ...env };
  try {
    const all = args.includes(CHART) ? [...args, ...ADDED] : args;
    const { stdout } = await run(found.program, all, { env: surroundings, maxBuffer: 1 << 26 });
    return stdout;
  } catch (error) {
    throw new Error((error as { readonly stderr?: string }).stderr || String(error), { cause: error });
  }
};

/** A Kubernetes object, as far as the tests look at all of them. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

/** The objects of a release called keyturn. `args` are Helm's: `--set`, `-f`. */
export const render = async (...args: string[]): Promise<KubeObject[]> => {
  const text = await helm('template', 'keyturn', CHART, '--namespace', NAMESPACE, ...args);
  return parseAllDocuments(text, { schema: 'yaml-1.1', merge: false }).flatMap((document) => {
    if (document.errors.length > 0) throw document.errors[0];
    return (document.toJS() as KubeObject | null) ?? [];
  });
};

export const renderSet = (set: string, ...args: string[]): Promise<KubeObject[]> =>
  render('-f', valuesOf(set), ...args);

export const nameOf = ({ kind, metadata }: KubeObject): string =>
  `${kind} ${metadata.namespace === undefined ? '' : `${metadata.namespace}/`}${metadata.name}`;

/** The object of a kind and name. */
export const objectNamed = <T extends KubeObject>(objects: readonly KubeObject[], kind: string, name: string): T => {
  const object = objects.find((candidate) => candidate.kind === kind && candidate.metadata.name === name);
  if (!object) throw new Error(`there is no ${kind} ${name} among ${objects.map(nameOf).join(', ')}`);
  return object as T;
};
