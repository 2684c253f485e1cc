import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { acquireLock, AlreadyRunningError } from '../src/instance/lock.js';
import { identify } from '../src/processes/identity.js';

let folder: string;
const lockFolder = () => join(folder, 'lock');
const files = () => readdirSync(lockFolder());

/** What a launcher that died without a word has left. */
const abandon = (content: string): void => {
  mkdirSync(lockFolder(), { recursive: true });
  writeFileSync(join(lockFolder(), '7.json'), content);
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lock-spec-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }));

describe('the lock of a directory', () => {
  it('is held by one launcher, which tells others its address', () => {
    const lock = acquireLock(lockFolder());
    expect(() => acquireLock(lockFolder())).toThrow(/already runs here and is still starting/);
    lock.publish('http://localhost:8080');
    expect(() => acquireLock(lockFolder())).toThrow(AlreadyRunningError);
    expect(() => acquireLock(lockFolder())).toThrow(/already runs here at http:\/\/localhost:8080/);
    lock.release();
    acquireLock(lockFolder()).release();
    expect(files()).toEqual([]);
  });

  it('passes on when its holder is dead, even if another process has the pid now, or when it is damaged', async () => {
    const dead = spawn(process.execPath, ['-e', ''], { stdio: 'ignore' });
    const { pid, startTime } = identify(dead.pid!)!;
    await once(dead, 'exit');
    for (const content of [
      JSON.stringify({ pid, startTime, url: 'http://localhost:1' }),
      JSON.stringify({ pid: process.pid, startTime: 'before this one' }),
      '{"pid": 12',
      '',
    ]) {
      abandon(content);
      const lock = acquireLock(lockFolder());
      expect(() => acquireLock(lockFolder())).toThrow(AlreadyRunningError);
      lock.release();
      expect(files()).toEqual([]);
    }
  });

  it('goes to exactly one of many that find it abandoned at the same moment', async () => {
    const program = `const { acquireLock } = await import(process.argv[1]);
      const won = (_, number) => {
        try { acquireLock(process.argv[2] + '/' + number); return [number]; } catch { return []; }
      };
      process.stdin.once('data', () => console.log(JSON.stringify(Array.from({ length: 500 }, won).flat())));
      console.log('ready');`;
    const entry = new URL('../dist/instance/lock.js', import.meta.url).href;
    const rivals = Array.from({ length: 4 }, () =>
      spawn(process.execPath, ['--input-type=module', '-e', program, entry, folder], {
        stdio: ['pipe', 'pipe', 'inherit'],
      }),
    );
    try {
      await Promise.all(rivals.map(({ stdout }) => once(stdout, 'data')));
      for (const { stdin } of rivals) stdin.write('go');
      const answers = await Promise.all(rivals.map(({ stdout }) => once(stdout, 'data')));
      const won = answers.flatMap(([data]) => JSON.parse(String(data)) as number[]);
      expect(won.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 500 }, (_, number) => number));
    } finally {
      for (const rival of rivals) rival.kill('SIGKILL');
    }
  });
});
