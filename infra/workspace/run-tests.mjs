// `npm test`: builds, runs every suite one after the other, then prints what passed, failed and was skipped, and why.
// `npm test -- NAME...` runs only the suites named. Under CI=true a skipped test counts as failed.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { installPrograms } from './programs.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const ci = process.env.CI === 'true';

/**
 * In this order: the fast ones first. Each writes its totals under `results`. `minutes` are some three times what it takes: one
 * that has not ended then is ended, and counts as broken, so that there is always a closing list.
 */
const SUITES = [
  { name: 'jest', minutes: 45, command: ['nx', 'run-many', '-t', 'test', '--parallel=1', '--output-style=stream'] },
  { name: 'model', minutes: 10, command: ['nx', 'run', '@keyturn/operator:model'] },
  { name: 'simulation', minutes: 10, command: ['nx', 'run', '@keyturn/operator:simulate'] },
  { name: 'web', minutes: 15, command: ['nx', 'run', '@keyturn/web:e2e'] },
  { name: 'proof', minutes: 15, command: ['nx', 'run', '@keyturn/proof:e2e'] },
  { name: 'cluster', minutes: 30, command: ['nx', 'run', '@keyturn/acceptance:e2e'] },
];

const PROJECTS = ['services/*', 'operator', 'infra/*'];

let running;
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    endRunning(signal);
    process.exit(1);
  });
}

/** Ends what runs, with all that it has started. */
function endRunning(signal) {
  try {
    if (running) process.kill(-running.pid, signal);
  } catch {
    // It has ended by itself.
  }
}

async function run([program, ...args], minutes = 15) {
  const started = performance.now();
  const env = { ...process.env, NX_DAEMON: 'false', NX_NO_CLOUD: 'true', FORCE_COLOR: process.env.FORCE_COLOR ?? '0' };
  running = spawn('npx', ['--no-install', program, ...args], { cwd: root, stdio: 'inherit', env, detached: true });
  let late = false;
  const asked = setTimeout(() => {
    late = true;
    endRunning('SIGTERM');
  }, minutes * 60_000);
  const forced = setTimeout(() => endRunning('SIGKILL'), (minutes + 1) * 60_000);
  const [status] = await once(running, 'exit');
  clearTimeout(asked);
  clearTimeout(forced);
  running = undefined;
  return { ok: status === 0, late, seconds: Math.round((performance.now() - started) / 1000) };
}

const resultFiles = () =>
  globSync(
    PROJECTS.map((project) => `${project}/test-results/*.json`),
    { cwd: root },
  );

function collect() {
  return resultFiles().map((file) => ({
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
for (const { name, command, minutes } of suites) {
  console.log(`\n--- ${name} ---`);
  const before = collect().length;
  const { ok, late, seconds: taken } = await run(command, minutes);
  seconds[name] = taken;
  if (late) broken.push(`${name}: had not ended after ${minutes} minutes`);
  const totals = collect();
  if (totals.length === before) broken.push(`${name}: wrote no totals`);
  else if (!ok && !late && totals.every(({ failed }) => failed === 0)) broken.push(`${name}: ended with an error`);
}

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
