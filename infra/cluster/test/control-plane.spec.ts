import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { type ControlPlane, prepareControlPlane, startControlPlane } from '../src/index.js';
import { startTimeOf } from '../src/processes/identity.js';

const missing = await prepareControlPlane((line) => process.stderr.write(`${line}\n`));
const test = missing === undefined ? it : it.skip;
const why = missing === undefined ? '' : `, skipped: ${missing}`;
jest.setTimeout(180_000);

const DAEMONS = ['etcd', 'kube-apiserver', 'kube-controller-manager'] as const;
const home = mkdtempSync(join(tmpdir(), 'cluster-spec-'));
afterAll(() => rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }));

const kubectl = async ({ kubectl: program, env }: ControlPlane, ...args: string[]): Promise<string> =>
  (await promisify(execFile)(program, args, { env: { PATH: '/usr/bin:/bin', HOME: home, ...env } })).stdout.trim();

const pidsOf = (controlPlane: ControlPlane): number[] => DAEMONS.flatMap((name) => controlPlane.pidOf(name) ?? []);

const eventually = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  const deadline = performance.now() + 30_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error('it did not come true in time');
    await new Promise((done) => setTimeout(done, 50));
  }
};

describe('a control plane', () => {
  test(`answers, runs controllers, and leaves nothing behind${why}`, async () => {
    const controlPlane = await startControlPlane();
    const pids = pidsOf(controlPlane);
    try {
      expect(pids).toHaveLength(3);
      expect(await kubectl(controlPlane, 'get', '--raw', '/readyz')).toBe('ok');
      expect(await kubectl(controlPlane, 'version', '-o', 'json')).toMatch(/"serverVersion"[^}]*"gitVersion": "v1\.\d/);
      await kubectl(controlPlane, 'create', 'namespace', 'short');
      await kubectl(controlPlane, 'delete', 'namespace', 'short', '--timeout=30s');
    } finally {
      await controlPlane.stop();
    }
    expect(pids.map(startTimeOf)).toEqual([undefined, undefined, undefined]);
    expect(existsSync(controlPlane.dir)).toBe(false);
  });

  test(`comes back with its data, address and clients after each daemon was killed${why}`, async () => {
    const controlPlane = await startControlPlane();
    try {
      await kubectl(controlPlane, 'create', 'configmap', 'kept');
      for (const daemon of DAEMONS) {
        const before = controlPlane.pidOf(daemon);
        await controlPlane.kill(daemon);
        expect(controlPlane.pidOf(daemon)).toBeUndefined();
        await controlPlane.start(daemon);
        expect(controlPlane.pidOf(daemon)).not.toBe(before);
        await eventually(() =>
          kubectl(controlPlane, 'get', '--raw', '/readyz').then(
            () => true,
            () => false,
          ),
        );
        expect(await kubectl(controlPlane, 'get', 'configmap', 'kept', '-o', 'name')).toBe('configmap/kept');
      }
      let down = false;
      const whileDown = async (): Promise<void> => {
        down = await kubectl(controlPlane, 'get', '--raw', '/readyz').then(
          () => false,
          () => true,
        );
      };
      await controlPlane.restartApiServer({ whileDown });
      expect(down).toBe(true);
      expect(await kubectl(controlPlane, 'get', 'configmap', 'kept', '-o', 'name')).toBe('configmap/kept');
    } finally {
      await controlPlane.stop();
    }
  });

  test(`goes back to a snapshot${why}`, async () => {
    const controlPlane = await startControlPlane();
    try {
      await kubectl(controlPlane, 'create', 'configmap', 'before');
      const snapshot = await controlPlane.snapshot();
      await kubectl(controlPlane, 'create', 'configmap', 'after');
      await kubectl(controlPlane, 'delete', 'configmap', 'before');
      await controlPlane.restore(snapshot);
      const names = await kubectl(controlPlane, 'get', 'configmaps', '-o', 'name');
      expect(names.split('\n').filter((name) => /before|after/.test(name))).toEqual(['configmap/before']);
    } finally {
      await controlPlane.stop();
    }
  });

  test(`keeps its data in a directory, where the next start ends what an earlier one left${why}`, async () => {
    const dir = join(home, 'kept');
    const first = await startControlPlane({ dir });
    await kubectl(first, 'create', 'configmap', 'kept');
    const left = pidsOf(first);
    const second = await startControlPlane({ dir });
    try {
      expect(left.map(startTimeOf)).toEqual([undefined, undefined, undefined]);
      expect(await kubectl(second, 'get', 'configmap', 'kept', '-o', 'name')).toBe('configmap/kept');
    } finally {
      await second.stop();
    }
    expect(existsSync(join(dir, 'etcd'))).toBe(true);
  });

  test(`dies with the process that started it, and the next one clears its directory${why}`, async () => {
    const script = `const { startControlPlane } = await import(process.argv[1]);
      const { dir } = await startControlPlane();
      console.log(dir);
      setInterval(() => {}, 1000);`;
    const entry = new URL('../dist/index.js', import.meta.url).href;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script, entry], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = await once(parent.stdout, 'data');
    const dir = String(line).trim();
    const pids = readdirSync(join(dir, 'run')).map(
      (file) => (JSON.parse(readFileSync(join(dir, 'run', file), 'utf8')) as { pid: number }).pid,
    );
    expect(pids.map(startTimeOf)).not.toContain(undefined);
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    await eventually(() => pids.every((pid) => startTimeOf(pid) === undefined));
    await (await startControlPlane()).stop();
    expect(existsSync(dir)).toBe(false);
  });

  test(`serves two side by side, each with its own objects${why}`, async () => {
    const both = await Promise.all([startControlPlane(), startControlPlane()]);
    try {
      await Promise.all(both.map((one, index) => kubectl(one, 'create', 'configmap', `mine-${index}`)));
      const names = await Promise.all(both.map((one) => kubectl(one, 'get', 'configmaps', '-o', 'name')));
      expect(names.map((text) => text.match(/mine-\d/g))).toEqual([['mine-0'], ['mine-1']]);
    } finally {
      await Promise.all(both.map((one) => one.stop()));
    }
  });
});
