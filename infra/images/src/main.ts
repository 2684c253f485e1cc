import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findNodeDocker } from '@keyturn/cluster';
import { findInterpreter, type Interpreter } from '@keyturn/python';
import type { App } from './apps.js';
import { inherited } from './environment.js';
import { HELP, imageOf, readArguments, type Wanted } from './arguments.js';
import { chooseApps } from './left-out.js';
import { stagePython } from './python.js';
import { stageApp } from './stage.js';
import { stageWeb } from './web.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** Runs a tool with our own standard streams. Throws when it fails. */
type Run = (program: string, ...args: string[]) => void;

const runWith =
  (env: NodeJS.ProcessEnv): Run =>
  (program, ...args) => {
    const { status, error } = spawnSync(program, args, { stdio: 'inherit', cwd: ROOT, env });
    if (error) throw new Error(`${program} cannot be run: ${error.message}`);
    if (status !== 0) throw new Error(`${program} ${args[0] ?? ''} ended with ${status}`);
  };

/** What is for the node is built by its Docker. */
const docker = ({ load }: Wanted): Readonly<Record<string, string>> => {
  if (!load) return {};
  const found = findNodeDocker();
  if (!found) throw new Error('--load: no node runs here; first: npm run cluster -- up');
  return found;
};

/** What becomes /app of an image, in whatever language. */
const stage = async (app: App, interpreter: Interpreter | undefined, to: string): Promise<void> => {
  if (app.dockerfile === 'web') return stageWeb(app, ROOT, to);
  if (app.dockerfile !== 'python') return stageApp(app, ROOT, to);
  if (interpreter) await stagePython(app, interpreter, ROOT, to);
};

const build = async (app: App, wanted: Wanted, interpreter: Interpreter | undefined, run: Run): Promise<string> => {
  const image = imageOf(wanted, app);
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-image-'));
  // A folder that anybody may read, which the temporary one is not.
  const staged = join(folder, 'app');
  try {
    await stage(app, interpreter, staged);
    const file = join(ROOT, `infra/images/${app.dockerfile}.Dockerfile`);
    const given = app.dockerfile === 'python' ? wanted.pythonBase : wanted.base;
    const base = given === undefined ? [] : ['--build-arg', `BASE=${given}`];
    run('docker', 'build', '--tag', image, '--file', file, ...base, staged);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return image;
};

const main = async (argv: readonly string[]): Promise<void> => {
  if (argv.includes('--help') || argv.includes('-h')) return void process.stdout.write(`${HELP}\n`);
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { readonly version: string };
  const wanted = readArguments(argv, version);
  const found = await findInterpreter();
  const [interpreter, missing] = 'missing' in found ? [undefined, found.missing] : [found, undefined];
  const { apps, leftOut } = chooseApps(wanted, missing);
  if (leftOut !== undefined) process.stderr.write(`images: ${leftOut}\n`);
  const { stage: folder } = wanted;
  if (folder !== undefined) {
    for (const app of apps) await stage(app, interpreter, resolve(folder, app.name));
    return;
  }
  const run = runWith(inherited(docker(wanted)));
  const images: string[] = [];
  for (const app of apps) images.push(await build(app, wanted, interpreter, run));
  if (wanted.push) for (const image of images) run('docker', 'push', image);
  if (wanted.load) run('npm', 'run', '--silent', 'cluster', '--', 'load', ...images);
  process.stdout.write(`${images.join('\n')}\n`);
};

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`images: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
