import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createLocalDriver, type LocalDriver } from '../src/local/index.js';

let state: string;
let driver: LocalDriver;
const rejected: unknown[] = [];

beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'keyturn-records-'));
  driver = createLocalDriver(state, (one) => rejected.push(one));
});
afterEach(() => {
  driver.close();
  rmSync(state, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  rejected.length = 0;
});

describe('a record that cannot be read now', () => {
  it('is not set aside when it is a request: it may be a revocation', async () => {
    // Reading a folder fails with EISDIR, as a failing disk does with EIO.
    mkdirSync(join(state, 'requests', 'r-1.json'), { recursive: true });
    await expect(driver.requests('tokens')).rejects.toMatchObject({ code: 'EISDIR' });
    expect(readdirSync(join(state, 'requests'))).toEqual(['r-1.json']);
    expect(rejected).toEqual([]);
  });

  it('is not passed over when it is a run: it may be an open revocation', async () => {
    mkdirSync(join(state, 'runs', 'r-1.json'), { recursive: true });
    await expect(driver.runs('tokens')).rejects.toMatchObject({ code: 'EISDIR' });
  });

  it('is passed over when it is a run that is damaged for good', async () => {
    mkdirSync(join(state, 'runs'), { recursive: true });
    writeFileSync(join(state, 'runs', 'r-1.json'), '{');
    writeFileSync(join(state, 'runs', 'r-2.json'), 'null');
    writeFileSync(join(state, 'runs', 'r-3.json'), '{"id":"r-3","ring":"tokens"}');
    expect(await driver.runs('tokens')).toEqual([]);
  });
});

describe('a file that does not belong there', () => {
  it('is no ring; a policy under a name that no ring can have is reported, once', async () => {
    mkdirSync(join(state, 'truth', 'tokens'), { recursive: true });
    mkdirSync(join(state, 'rings'), { recursive: true });
    for (const stray of ['truth/.DS_Store', 'truth/My Ring', 'rings/My_Ring.json', 'rings/notes.txt'])
      writeFileSync(join(state, stray), '{}');
    expect([await driver.rings(), await driver.rings()]).toEqual([['tokens'], ['tokens']]);
    expect(rejected).toEqual([{ file: 'rings/My_Ring.json', problems: [expect.stringContaining('DNS label')] }]);
  });
});
