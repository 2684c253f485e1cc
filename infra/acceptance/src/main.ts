import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readEnvironment } from './environment.js';
import { HELP, readArguments, type Wanted } from './launch/arguments.js';
import { withOwnCluster } from './launch/own-cluster.js';
import { whyNoNode } from './launch/prerequisites.js';
import { ROOT, show } from './programs.js';

/** `npm run test:cluster`: sees to a cluster, runs the suite on it, and leaves nothing behind. */
const HERE = join(ROOT, 'infra/acceptance');

const suite = async (wanted: Wanted, variables: Readonly<Record<string, string>>): Promise<number> => {
  const flags = '--experimental-vm-modules --disable-warning=ExperimentalWarning';
  const jest = join(ROOT, 'node_modules/jest/bin/jest.js');
  const only = wanted.only === undefined ? [] : ['-t', wanted.only];
  const report = wanted.report === undefined ? '' : resolve(wanted.report);
  const args = [jest, '--rootDir', HERE, '--config', join(HERE, 'jest.e2e.config.js'), '--runInBand', ...only];
  const code = await show(process.execPath, args, {
    ...variables,
    NODE_OPTIONS: flags,
    KEYTURN_ACCEPTANCE_REPORT: report,
  });
  return code ?? 1;
};

/** What `npm test` counts, where there can be no cluster. */
const skip = (reason: string): number => {
  const totals = { suite: 'cluster', passed: 0, failed: 0, failures: [], skipped: [{ name: 'acceptance', reason }] };
  mkdirSync(join(HERE, 'test-results'), { recursive: true });
  writeFileSync(join(HERE, 'test-results/cluster.json'), `${JSON.stringify(totals, null, 2)}\n`);
  process.stderr.write(`skipped: ${reason}\n`);
  return 0;
};

const main = async (argv: readonly string[]): Promise<number> => {
  const wanted = readArguments(argv);
  if (wanted === 'help') {
    process.stdout.write(`${HELP}\n`);
    return 0;
  }
  if (!wanted.own && readEnvironment().kubeconfig !== undefined) return suite(wanted, {});
  const missing = whyNoNode();
  if (missing !== undefined) return skip(missing);
  return withOwnCluster((variables) => suite(wanted, { ...variables, KEYTURN_ACCEPTANCE_OWN_NODE: 'true' }));
};

// The suite ends in order at the first Ctrl-C, which reaches it too; what was started is ended after it.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`test:cluster: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
