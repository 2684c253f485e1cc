import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { read, ROOT } from './support/markdown.js';

jest.setTimeout(300_000);

const run = promisify(execFile);
const PACKAGES = ['services/keyring', 'services/guard', 'services/runtime', 'infra/kit'] as const;

const folder = mkdtempSync(join(tmpdir(), 'outside-'));
const at = (...path: string[]): string => join(folder, ...path);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** npm with this Node, as `npm run` has it. */
const npm = (args: readonly string[], cwd: string) => {
  const { HOME = '', npm_config_registry: registry } = process.env;
  const env = {
    HOME,
    PATH: `${dirname(process.execPath)}:${process.env['PATH']}`,
    ...(registry && { npm_config_registry: registry }),
  };
  return run('npm', [...args], { cwd, env, maxBuffer: 1 << 26 });
};

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

let files: Record<string, string[]> = {};

beforeAll(async () => {
  mkdirSync(at('packages'));
  const { stdout } = await npm(
    ['pack', '--json', '--pack-destination', at('packages'), ...PACKAGES.flatMap((path) => ['-w', path])],
    ROOT,
  );
  const packed = JSON.parse(stdout) as { name: string; files: { path: string }[] }[];
  files = Object.fromEntries(packed.map(({ name, files: list }) => [name, list.map(({ path }) => path)]));
});

describe('the packages', () => {
  it('hold what they export and what they say about themselves, and no tests', () => {
    expect(Object.keys(files).sort()).toEqual([
      '@keyturn/guard',
      '@keyturn/keyring',
      '@keyturn/kit',
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
    const tarballs = readdirSync(at('packages')).filter((file) => !file.includes('kit'));
    const local = tarballs.map((file) => [`@keyturn/${file.split('-')[1]}`, `file:packages/${file}`]);
    const others = [
      '@nestjs/common',
      '@nestjs/core',
      '@nestjs/platform-fastify',
      '@types/node',
      'reflect-metadata',
      'rxjs',
    ];
    const dependencies = Object.fromEntries([...local, ...others.map((name) => [name, pinned(name)])]);
    const root = { name: 'elsewhere', version: '1.0.0', private: true, type: 'module', dependencies };
    writeFileSync(at('package.json'), JSON.stringify(root));
    const lock = { name: root.name, version: root.version, lockfileVersion: 3, requires: true };
    writeFileSync(at('package-lock.json'), JSON.stringify({ ...lock, packages: { '': root, ...locked } }));
    const install = ['install', '--no-audit', '--no-fund', '--ignore-scripts'];
    // The cache has everything that `npm ci` has fetched; a registry is asked where it was cleared.
    await npm([...install, '--offline'], folder).catch(() => npm([...install, '--prefer-offline'], folder));
    copyFileSync(fileURLToPath(new URL('outside/orders.ts', import.meta.url)), at('orders.ts'));
    const compilerOptions = {
      target: 'es2023',
      module: 'nodenext',
      strict: true,
      skipLibCheck: false,
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
      types: ['node'],
    };
    writeFileSync(at('tsconfig.json'), JSON.stringify({ compilerOptions, files: ['orders.ts'] }));
    await run(process.execPath, [join(ROOT, 'node_modules/.bin/tsc'), '-p', folder]).catch(
      (error: { stdout: string }) => {
        throw new Error(`it does not compile:\n${error.stdout}`, { cause: error });
      },
    );
    expect(await answers()).toEqual({ withToken: [200, { of: 'anna' }], without: 401, expired: 401, another: 403 });
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
