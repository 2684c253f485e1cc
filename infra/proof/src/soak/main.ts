import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { dumpFailures } from '../campaign/dump.js';
import type { CampaignResult } from '../campaign/result.js';
import { SHORT, type TokenAlgorithm } from '../campaign/setting.js';
import { summary } from '../campaign/summary.js';
import { againstRotation } from '../ledger/judge.js';
import { thisMachine } from './machine.js';
import { parseOptions, type SoakOptions, USAGE } from './options.js';
import { soakReport } from './report.js';
import { runCampaign } from './run.js';

/** Two thirds of everything with signed tokens, one third with a shared secret. */
const SHARES: readonly (readonly [TokenAlgorithm, number])[] = [
  ['ES256', 2 / 3],
  ['HS256', 1 / 3],
];

const say = (line: string): void => {
  process.stdout.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);
};

async function soak(options: SoakOptions): Promise<boolean> {
  const campaigns: { algorithm: string; result: CampaignResult }[] = [];
  for (const [algorithm, share] of SHARES) {
    const rotations = Math.ceil(options.rotations * share);
    const requests = Math.ceil(options.requests * share);
    const untilMs = Date.now() + options.minutes * share * 60_000;
    const result = await runCampaign(algorithm, { rotations, requests, untilMs }, say);
    campaigns.push({ algorithm, result });
    say(summary(algorithm, result));
    for (const reason of result.stuck) say(`stuck: ${reason}`);
    if (againstRotation(result.verdict) > 0) {
      await dumpFailures(`${options.report}.${algorithm}-failures.jsonl`, result);
    }
  }
  const { rotations, requests, minutes } = options;
  const command = `npm run soak -- --rotations ${rotations} --requests ${requests} --minutes ${minutes}`;
  const date = new Date().toISOString().slice(0, 10);
  await mkdir(dirname(options.report), { recursive: true });
  await writeFile(options.report, soakReport({ command, date, machine: thisMachine(), times: SHORT, campaigns }));
  say(`The report is ${options.report}.`);
  return campaigns.every(({ result }) => againstRotation(result.verdict) === 0 && result.stuck.length === 0);
}

try {
  process.exitCode = (await soak(parseOptions(process.argv.slice(2)))) ? 0 : 1;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n\n${USAGE}`);
  process.exitCode = 2;
}
