import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RingStatus } from '../src/records/index.js';
import { screenOf } from './support/screen.js';

const KEYTURN = fileURLToPath(new URL('../bin/keyturn.mjs', import.meta.url));
const ON_TERMINAL = fileURLToPath(new URL('support/on-terminal.py', import.meta.url));

/** CI has it on the machines that it runs on. */
const canRun = process.env.CI === 'true' || spawnSync('python3', ['-c', 'import pty']).status === 0;
const when = canRun ? it : it.skip;

let state: string;

const processes = Array.from({ length: 18 }, (_, index) => ({
  name: `tasks-${index + 1}`,
  role: 'verifier' as const,
  generation: 3,
}));
const ring: RingStatus = {
  ring: 'tokens',
  ringId: 'id',
  type: 'SigningKey',
  algorithm: 'ES256',
  generation: 3,
  observedAt: new Date().toISOString(),
  conditions: [],
  activeKid: 'kid',
  keys: [{ kid: 'kid', state: 'active', since: 1, createdAt: new Date().toISOString() }],
  consumers: { total: 18, current: 18, processes },
  nextRotation: null,
  earliestActivation: null,
  earliestRetirement: null,
};

beforeAll(() => {
  state = mkdtempSync(join(tmpdir(), 'keyturn-terminal-'));
  mkdirSync(join(state, 'status'));
  writeFileSync(join(state, 'status', 'tokens.json'), JSON.stringify(ring));
});
afterAll(() => rmSync(state, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }));

/** What `status --watch` has written to a terminal of this size by the time it has drawn itself anew three times. */
const watched = (rows: number, columns: number): string => {
  const command = [process.execPath, KEYTURN, '--state', state, 'status', '--watch'];
  const args = [ON_TERMINAL, String(rows), String(columns), '3', ...command];
  const output = execFileSync('python3', args, { encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } });
  // The last drawing may be half there.
  return output.slice(0, output.lastIndexOf('\u001b[0J'));
};

describe('a ring that is watched on a terminal with fewer rows than it takes', () => {
  when('keeps its heading on the first row, and says how many lines are missing', () => {
    const { rows, scrolledAway } = screenOf(watched(15, 80), 15, 80);
    expect(scrolledAway).toEqual([]);
    expect(rows[0]).toMatch(/^tokens {2}\S/);
    expect(rows[2]).toContain('active');
    expect(rows[13]).toBe('… 8 more lines');
  });

  when('takes a terminal that does not know its size for one of 80 columns and 24 rows', () => {
    const output = watched(0, 0);
    expect(output).not.toContain('Infinity');
    const { rows, scrolledAway } = screenOf(output, 24, 80);
    expect(scrolledAway).toEqual([]);
    expect(rows[0]).toMatch(/^tokens {2}\S/);
    expect(rows[20]).toContain('tasks-18');
  });
});
