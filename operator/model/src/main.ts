import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { checkAll, checkLiveness } from './check.js';
import { BUGS, LIVENESS, PROBES, SOUND } from './configurations.js';
import { readEnvironment } from './environment.js';
import { runFull } from './full.js';
import { cells, markdown } from './report/table.js';
import { writeTotals } from './report/totals.js';
import type { Row } from './report/verdict.js';
import { findToolchain } from './tlc/toolchain.js';

const HELP = `Checks the rotation protocol: KeyRing.tla with TLC, and the shipped planner in the same world.

  --only TEXT      only configurations whose name contains TEXT
  --trace          print the counterexample of each configuration that has one
  --json FILE      write the totals there
  --full           the large worlds, as far as --budget reaches
  --budget TIME    for --full: 90s, 60m, 2h (default 60m)
  --report FILE    for --full: write the table there (default docs/reports/model.md)
`;

const log = (line: string): void => void process.stdout.write(`${line}\n`);

function toolchain(): ReturnType<typeof findToolchain> {
  const cacheDir = fileURLToPath(new URL('../.cache/', import.meta.url));
  return findToolchain({ jar: readEnvironment().tlaToolsJar, cacheDir, log });
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', default: '' },
      trace: { type: 'boolean', default: false },
      json: { type: 'string' },
      full: { type: 'boolean', default: false },
      budget: { type: 'string', default: '60m' },
      report: { type: 'string', default: 'docs/reports/model.md' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    log(HELP);
    return 0;
  }
  const specification = fileURLToPath(new URL('../KeyRing.tla', import.meta.url));
  const found = toolchain();
  const tools = typeof found === 'string' ? undefined : found;
  const skipped = typeof found === 'string' ? [{ name: 'TLC on every configuration', reason: found }] : [];
  const named = ({ name }: { readonly name: string }): boolean => name.includes(values.only);
  const options = { tools, specification, report: (row: Row) => log(`| ${cells(row).join(' | ')} |`) };
  if (values.full) return runFull({ ...options, budget: values.budget, file: values.report, log });
  const started = performance.now();
  const rows = await checkAll([...SOUND, ...BUGS, ...PROBES].filter(named), options);
  const live = await checkLiveness(LIVENESS.filter(named), options);
  log(`\n${markdown([...rows, ...live])}\n`);
  if (values.trace)
    for (const { configuration, ts } of rows) if (ts?.violated) log(`${configuration.name}\n${ts.trace.join('\n')}\n`);
  const findings = [...rows, ...live].flatMap((row) => row.findings);
  const wrong = findings.filter(({ ok }) => !ok);
  for (const { name, detail } of wrong) log(`failed: ${name}: ${detail}`);
  for (const { name, reason } of skipped) log(`skipped: ${name}: ${reason}`);
  const failures = wrong.map(({ name, detail }) => ({ name, reason: detail }));
  const passed = findings.length - wrong.length;
  writeTotals(values.json, { suite: 'model', passed, failed: wrong.length, failures, skipped });
  log(`${passed} passed, ${wrong.length} failed in ${Math.round((performance.now() - started) / 1000)} s`);
  return wrong.length > 0 || (readEnvironment().ci && skipped.length > 0) ? 1 : 0;
}

process.exitCode = await main();
