#!/usr/bin/env node
// `npm start`: builds what the platform runs, then becomes the launcher. Plain JavaScript, since nothing is built yet.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const services = readdirSync(`${root}services`).map((name) => `services/${name}`);
const PARTS = ['infra/local', 'operator', ...services]
  .map((part) => `${part}/tsconfig.lib.json`)
  .filter((part) => existsSync(`${root}${part}`));
const NODE = 24;

if (Number(process.versions.node.split('.')[0]) < NODE) {
  console.error(
    `Keyturn needs Node ${NODE}, this is ${process.version}. On Linux it comes with npm ci; start with npm start.`,
  );
  process.exit(1);
}

const shown = process.stdout.isTTY;
const seconds = () => (performance.now() / 1000).toFixed(1);
process.stdout.write('\n  Keyturn\n\n');

/** Shows a step while it runs; ends the program with what went wrong, unless the platform can do without. */
const step = async (name, work, { needed }) => {
  if (!shown) process.stdout.write(`  … ${name}\n`);
  const ticker = shown && setInterval(() => process.stdout.write(`\r  … ${name.padEnd(20)} ${seconds()} s`), 200);
  const error = await work().then(
    () => undefined,
    (failure) => failure,
  );
  clearInterval(ticker);
  if (shown) process.stdout.write('\r\u001B[K');
  if (!error) return process.stdout.write(`  ✓ ${name.padEnd(20)} ${seconds()} s\n`);
  console.error(`  ✗ ${name} failed${needed ? '' : '; going on without it'}\n\n${error.message}`);
  if (needed) process.exit(1);
};

const compile = async () => {
  const tsc = `${root}node_modules/@typescript/native/bin/tsc`;
  const child = spawn(process.execPath, [tsc, '-b', ...PARTS], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (said += data));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(said);
};

await step('build', compile, { needed: true });
const { parseArguments } = await import('./dist/cli/arguments.js');
/** Nothing more is built for what the launcher will refuse, or only explain. */
const wantsWeb = () => {
  try {
    const { web, help } = parseArguments(process.argv.slice(2));
    return web && !help;
  } catch {
    return false;
  }
};
const web = `${root}services/web/build.mjs`;
if (existsSync(web) && wantsWeb()) {
  const { build, isBuilt } = await import(web);
  if (!isBuilt()) await step('front end', build, { needed: false });
}
await import('./dist/main.js');
