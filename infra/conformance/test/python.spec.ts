import { describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findPython, REPORTS_FOLDER } from '../src/index.js';

const run = promisify(execFile);
const python = await findPython();
const missing = 'missing' in python ? python.missing : undefined;
const suite = missing === undefined ? describe : describe.skip;

interface Outcome {
  readonly id: string;
  readonly problem: string | null;
}

/** Each test of services/reports/tests, run by Python, counted one by one here. */
const outcomes = 'missing' in python ? [] : await outcomesOf(python.program, python.environment);

async function outcomesOf(program: string, env: Readonly<Record<string, string>>): Promise<readonly Outcome[]> {
  const { stdout } = await run(program, ['-m', 'tests'], { cwd: REPORTS_FOLDER, env: { ...env } });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '[]') as Outcome[];
}

suite(`the library in Python${missing === undefined ? '' : `, skipped: ${missing}`}`, () => {
  it('has tests of its own', () => expect(outcomes.length).toBeGreaterThan(10));

  for (const { id, problem } of outcomes) it(id, () => expect(problem).toBeNull());
});
