import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findInterpreter, installWheels, providePython } from '../src/index.js';

/** A small package without dependencies, as PyPI has it. */
const SMALL = `typing-extensions==4.16.0 \\
    --hash=sha256:481caa481374e813c1b176ada14e97f1f67a4539ce9cfeb3f350d78d6370c2e8 \\
    --hash=sha256:dc983d19a509c94dba722ee6abd33940f7c05a89e243c47e907eb4db6f1a43e5
`;

const interpreter = await findInterpreter();
const why = 'missing' in interpreter ? `, skipped: ${interpreter.missing}` : '';
const withPython = why === '' ? it : it.skip;

const { XDG_CACHE_HOME: cacheHome, PATH: path } = process.env;
let home: string;
let requirements: string;

const kept = (): string[] => readdirSync(join(home, 'keyturn/python'));

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'python-spec-'));
  process.env['XDG_CACHE_HOME'] = home;
  requirements = join(home, 'requirements.txt');
  writeFileSync(requirements, SMALL);
});

afterEach(() => {
  if (cacheHome === undefined) delete process.env['XDG_CACHE_HOME'];
  else process.env['XDG_CACHE_HOME'] = cacheHome;
  process.env['PATH'] = path;
  rmSync(home, { recursive: true, force: true });
});

describe('a Python with pinned packages', () => {
  withPython(
    `is made once, and found again without looking for anything${why}`,
    async () => {
      let made = 0;
      const making = (): number => (made += 1);
      const first = await providePython(requirements, { making });
      expect(first).toEqual({ program: expect.stringContaining(home) });
      process.env['PATH'] = home;
      expect(await providePython(requirements, { making })).toEqual(first);
      expect(made).toBe(1);
      const { program } = first as { program: string };
      const said = execFileSync(program, ['-c', 'import typing_extensions; print(typing_extensions.__file__)'], {
        encoding: 'utf8',
      });
      expect(said).toContain(home);
    },
    120_000,
  );

  withPython(
    `is not made of packages with other hashes, and nothing is left of the attempt${why}`,
    async () => {
      writeFileSync(requirements, SMALL.replace(/sha256:[0-9a-f]{4}/g, 'sha256:0000'));
      expect(await providePython(requirements)).toEqual({ missing: expect.stringContaining('could not be installed') });
      expect(kept()).toEqual([]);
    },
    120_000,
  );

  withPython(
    `is put into a folder for another Python${why}`,
    async () => {
      if ('missing' in interpreter) throw new Error(interpreter.missing);
      const to = join(home, 'packages');
      await installWheels(interpreter, requirements, to, { version: '3.11', arch: 'arm64' });
      expect(existsSync(join(to, 'typing_extensions.py'))).toBe(true);
    },
    120_000,
  );

  it('is missing, in one sentence, where there is no Python or only an old one', async () => {
    process.env['PATH'] = home;
    const missing = { missing: 'there is no python3 of version 3.11 or newer on this machine' };
    expect(await providePython(requirements)).toEqual(missing);
    writeFileSync(join(home, 'python3'), '#!/bin/sh\necho " 3.9"\n', { mode: 0o755 });
    expect(await providePython(requirements)).toEqual(missing);
  });
});
