#!/usr/bin/env node
// Builds the front end into `.next/standalone`, unless nothing that goes into it has changed since the last time.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('./', import.meta.url));
const root = fileURLToPath(new URL('../../', import.meta.url));
const stamp = `${folder}.next/built-from`;
const INPUTS = ['src/**/*', 'messages/*', 'public/**/*', '*.config.*', 'package.json', 'tsconfig.json', 'build.mjs'];

const inputs = () => {
  const hash = createHash('sha256')
    .update(process.version)
    .update(readFileSync(`${root}package-lock.json`));
  for (const entry of globSync(INPUTS, { cwd: folder, withFileTypes: true })
    .filter((found) => found.isFile())
    .map((found) => `${found.parentPath}/${found.name}`)
    .sort())
    hash.update(entry.slice(folder.length)).update('\0').update(readFileSync(entry));
  return hash.digest('hex');
};

/** Whether `build` would do anything. */
export const isBuilt = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === inputs();

/** Builds if it has to. Throws an Error with what the build said. */
export async function build() {
  const from = inputs();
  if (isBuilt()) return;
  rmSync(stamp, { force: true });
  const next = createRequire(import.meta.url).resolve('next/dist/bin/next');
  const env = { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' };
  const child = spawn(process.execPath, [next, 'build'], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (said += data));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(said.trim());
  const served = `${folder}.next/standalone/services/web`;
  cpSync(`${folder}.next/static`, `${served}/.next/static`, { recursive: true });
  if (existsSync(`${folder}public`)) cpSync(`${folder}public`, `${served}/public`, { recursive: true });
  writeFileSync(stamp, from);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await build().catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
