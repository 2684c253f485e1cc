import { execFile } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from '@jest/globals';
import { findBinary } from '@keyturn/cluster';
import { type KubeObject, missingHelm, objectNamed, renderSet } from './support/helm.js';

const run = promisify(execFile);
const TESTS = fileURLToPath(new URL('rules/alerts.yaml', import.meta.url));

const found = await findBinary('promtool', (line) => process.stderr.write(`${line}\n`));
const missing = missingHelm ?? ('missing' in found ? found.missing : undefined);
const ruleTest = (name: string, work: () => Promise<void>): void =>
  missing === undefined ? it(name, work) : it.skip(`${name}, skipped: ${missing}`, work);

const folder = mkdtempSync(join(tmpdir(), 'rules-spec-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What promtool says about the rules as the chart renders them; rejects when it finds a fault. */
const promtool = async (change: (rules: string) => string, ...args: string[]): Promise<string> => {
  const rules = objectNamed<KubeObject & { spec: object }>(await renderSet('production'), 'PrometheusRule', 'keyturn');
  writeFileSync(join(folder, 'rules.yaml'), change(JSON.stringify(rules.spec)));
  copyFileSync(TESTS, join(folder, 'alerts.yaml'));
  if ('missing' in found) throw new Error(found.missing);
  const { stdout } = await run(found.program, args, { cwd: folder });
  return stdout;
};

const asShipped = (rules: string): string => rules;

describe('alerts, judged by promtool', () => {
  ruleTest('are rules that Prometheus takes', async () => {
    expect(await promtool(asShipped, 'check', 'rules', '--lint=all', '--lint-fatal', 'rules.yaml')).toContain(
      'SUCCESS: 17 rules found',
    );
  });

  ruleTest('fire for what has to be known, name who holds it, and are silent while all is well', async () => {
    expect(await promtool(asShipped, 'test', 'rules', 'alerts.yaml')).toContain('SUCCESS');
  });

  ruleTest('would not be passed if one never fired', async () => {
    const never = (rules: string): string => rules.replace('> 14400', '> 1440000');
    await expect(promtool(never, 'test', 'rules', 'alerts.yaml')).rejects.toMatchObject({
      stderr: expect.stringContaining('KeyturnNoContact'),
    });
  });
});
