// A Jest reporter: writes the totals of the run where run-tests.mjs collects them, as `<suite>.json`; default suite: jest.
// A skipped test says why in its name, after `skipped: `.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

const firstLines = (text) => stripVTControlCharacters(text).split('\n').slice(0, 12).join('\n');

export default class TotalsReporter {
  constructor(globalConfig, { suite = 'jest' } = {}) {
    this.suite = suite;
    this.directory = join(globalConfig.rootDir, 'test-results');
  }

  onRunComplete(_contexts, results) {
    const pending = results.testResults.flatMap((file) =>
      file.testResults
        .filter((test) => test.status === 'pending' || test.status === 'todo')
        .map((test) => ({
          name: test.fullName,
          reason: test.fullName.split('skipped: ')[1] ?? 'skipped in the test file',
        })),
    );
    const failures = results.testResults.flatMap((file) => [
      ...file.testResults
        .filter((test) => test.status === 'failed')
        .map((test) => ({ name: test.fullName, reason: firstLines(test.failureMessages.join('\n')) })),
      ...(file.testExecError ? [{ name: file.testFilePath, reason: firstLines(file.testExecError.message) }] : []),
    ]);
    mkdirSync(this.directory, { recursive: true });
    const totals = {
      suite: this.suite,
      passed: results.numPassedTests,
      failed: failures.length,
      failures,
      skipped: pending,
    };
    writeFileSync(join(this.directory, `${this.suite}.json`), `${JSON.stringify(totals, null, 2)}\n`);
  }
}
