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
process.stdout.write(`\n  Keyturn\n\n${shown ? '' : '  … build\n'}`);
const ticker = shown && setInterval(() => process.stdout.write(`\r  … ${'build'.padEnd(20)} ${seconds()} s`), 200);
const build = spawn(process.execPath, [`${root}node_modules/@typescript/native/bin/tsc`, '-b', ...PARTS], {
  cwd: root,
  stdio: ['ignore', 'pipe', 'pipe'],
});
let said = '';
for (const stream of [build.stdout, build.stderr]) stream.on('data', (data) => (said += data));
const [code] = await once(build, 'close');
clearInterval(ticker);
if (shown) process.stdout.write('\r\u001B[K');
if (code !== 0) {
  console.error(`  ✗ the build failed\n\n${said}`);
  process.exit(1);
}
process.stdout.write(`  ✓ ${'build'.padEnd(20)} ${seconds()} s\n`);
await import('./dist/main.js');
