// `npm test`: builds, runs every suite one after the other, then prints what passed, failed and was skipped, and why.
// `npm test -- NAME...` runs only the suites named. Under CI=true a skipped test counts as failed.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { installPrograms } from './programs.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const ci = process.env.CI === 'true';

/**
 * In this order: the fast ones first. Each writes its totals as `results`. `minutes` are at least three times what it takes:
 * one that has not ended then is ended, and counts as broken, so that there is always a closing list. What only computes, and
 * knows no time but its own, runs beside the others on what they leave of the processors; its output comes when it is whole.
 */
const SUITES = [
  {
    name: 'model',
    minutes: 60,
    beside: true,
    results: /model\.json$/,
    command: ['nx', 'run', '@keyturn/operator:model'],
  },
  {
    name: 'simulation',
    minutes: 60,
    beside: true,
    results: /simulation\.json$/,
    command: ['nx', 'run', '@keyturn/operator:simulate'],
  },
  {
    name: 'jest',
    minutes: 45,
    results: /jest\.json$/,
    command: ['nx', 'run-many', '-t', 'test', '--parallel=1', '--output-style=stream'],
  },
  {
    name: 'web',
    minutes: 15,
    results: /^services\/web\/.*e2e\.json$/,
    command: ['nx', 'run', '@keyturn/web:e2e'],
  },
  {
    name: 'proof',
    minutes: 15,
    results: /^infra\/proof\/.*e2e\.json$/,
    command: ['nx', 'run', '@keyturn/proof:e2e'],
  },
  {
    name: 'cluster',
    minutes: 30,
    results: /cluster\.json$/,
    command: ['nx', 'run', '@keyturn/acceptance:e2e'],
  },
];

const PROJECTS = ['services/*', 'operator', 'infra/*'];

const running = new Set();
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    for (const child of running) end(child, signal);
    process.exit(1);
  });
}

/** Ends a program with all that it has started. */
function end(child, signal) {
  try {
    process.kill(-child.pid, signal);
  } catch {
    // It has ended by itself.
  }
}

/** Whatever else wants the processors comes first: by the priority, and on Linux by that of its session, which counts there. */
function stepBack({ pid }) {
  try {
    setPriority(pid, constants.priority.PRIORITY_LOW);
    writeFileSync(`/proc/${pid}/autogroup`, '19');
  } catch {
    // Not this system's way; or it has ended.
  }
}

async function run([program, ...args], { minutes = 15, beside = false } = {}) {
  const started = performance.now();
  const env = { ...process.env, NX_DAEMON: 'false', NX_NO_CLOUD: 'true', FORCE_COLOR: process.env.FORCE_COLOR ?? '0' };
  const stdio = beside ? ['ignore', 'pipe', 'pipe'] : 'inherit';
  const child = spawn('npx', ['--no-install', program, ...args], { cwd: root, stdio, env, detached: true });
  running.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (text) => (output += text));
  if (beside) stepBack(child);
  let late = false;
  const asked = setTimeout(() => {
    late = true;
    end(child, 'SIGTERM');
  }, minutes * 60_000);
  const forced = setTimeout(() => end(child, 'SIGKILL'), (minutes + 1) * 60_000);
  const [status] = await once(child, 'close');
  clearTimeout(asked);
  clearTimeout(forced);
  running.delete(child);
  return { ok: status === 0, late, seconds: Math.round((performance.now() - started) / 1000), output };
}

const resultFiles = () =>
  globSync(
    PROJECTS.map((project) => `${project}/test-results/*.json`),
    { cwd: root },
  );

function collect(files = resultFiles()) {
  return files.map((file) => ({
    project: file.split('/test-results/')[0],
    ...JSON.parse(readFileSync(`${root}/${file}`, 'utf8')),
  }));
}

const wanted = process.argv.slice(2);
const suites = SUITES.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
if (suites.length === 0) {
  console.error(`No suite is called ${wanted.join(', ')}. Suites: ${SUITES.map(({ name }) => name).join(', ')}.`);
  process.exit(2);
}

for (const file of resultFiles()) rmSync(`${root}/${file}`);
installPrograms(console.log);
if (!(await run(['tsc', '-b'])).ok) process.exit(1);

const broken = [];
const seconds = {};

async function runSuite({ name, command, minutes, beside, results }) {
  if (!beside) console.log(`\n--- ${name} ---`);
  const { ok, late, seconds: taken, output } = await run(command, { minutes, beside });
  if (beside) console.log(`\n--- ${name}, beside the others ---\n${output}--- end of ${name} ---`);
  seconds[name] = taken;
  const totals = collect(resultFiles().filter((file) => results.test(file)));
  if (late) broken.push(`${name}: had not ended after ${minutes} minutes`);
  else if (totals.length === 0) broken.push(`${name}: wrote no totals`);
  else if (!ok && totals.every(({ failed }) => failed === 0)) broken.push(`${name}: ended with an error`);
}

const inTurn = async (list) => {
  for (const suite of list) await runSuite(suite);
};
await Promise.all([inTurn(suites.filter(({ beside }) => beside)), inTurn(suites.filter(({ beside }) => !beside))]);

const totals = collect();
const skipped = totals.flatMap(({ project, skipped: list }) => list.map((entry) => ({ project, ...entry })));
console.log('\nTotals');
for (const { project, suite, passed, failed } of totals) {
  console.log(
    `  ${`${project} (${suite})`.padEnd(36)} ${String(passed).padStart(5)} passed ${String(failed).padStart(4)} failed`,
  );
}
for (const [name, taken] of Object.entries(seconds)) console.log(`  ${name} took ${taken} s`);
if (skipped.length > 0) {
  console.log(ci ? '\nSkipped, which counts as failed here:' : '\nSkipped:');
  for (const { project, name, reason } of skipped) console.log(`  ${project}: ${name}: ${reason}`);
}
for (const { project, suite, failures = [] } of totals)
  for (const { name, reason } of failures)
    console.log(`\nFailed: ${project} (${suite}): ${name}\n${reason.replaceAll(/^/gm, '    ')}`);
for (const line of broken) console.log(`\nBroken: ${line}`);

const sum = (pick) => totals.reduce((total, entry) => total + pick(entry), 0);
const failed = sum((entry) => entry.failed) + broken.length + (ci ? skipped.length : 0);
const note = !ci && skipped.length > 0 ? `, ${skipped.length} skipped` : '';
console.log(`\n${sum((entry) => entry.passed)} passed, ${failed} failed${note}`);
if (failed > 0) process.exit(1);
