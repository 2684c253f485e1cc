/** `npm run bench [-- --rounds N --seconds N --only VARIANT,… --report FILE]`: every side, in turns, then the tables. */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { machine, startFixture } from './fixture.js';
import { benchIssuing } from './issuing.js';
import { knownTokens, type Round, runRound } from './sides.js';
import { failures, goalsTable, issuingReport, type Sample, sidesTable } from './statistics.js';
import { SESSION_LOOKUP, VARIANTS } from './variants/index.js';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '4' },
    only: { type: 'string' },
    report: { type: 'string', default: 'docs/reports/bench.md' },
  },
});
const rounds = Number(options.rounds);
const seconds = Number(options.seconds);
if (!(rounds >= 1) || !(seconds >= 1)) throw new TypeError('--rounds and --seconds must be 1 or more');
const variants = options.only?.split(',') ?? Object.keys(VARIANTS);
for (const variant of variants) if (!VARIANTS[variant]) throw new TypeError(`--only: no side is called "${variant}"`);

const fixture = await startFixture();

function* plan(): Generator<Round> {
  for (let round = 1; round <= rounds; round++) {
    for (const framework of ['fastify', 'express'] as const) {
      for (const mode of ['known', 'first-seen'] as const) {
        for (const variant of variants) {
          if (variant === SESSION_LOOKUP && mode === 'first-seen') continue;
          yield { framework, variant, mode, round, seconds };
        }
      }
    }
  }
}

const known = knownTokens(fixture.mint);
const samples: Sample[] = [];
try {
  for (const round of plan()) {
    const tokens = round.variant === SESSION_LOOKUP ? fixture.sessions.tokens : known;
    const sample = await runRound(round, fixture.side(round.framework, round.variant), fixture.mint, tokens);
    samples.push(sample);
    const rate = Math.round(sample.requestsPerSecond);
    console.log(`round ${round.round}  ${round.framework}  ${round.mode}  ${round.variant}: ${rate} requests/s`);
  }
} finally {
  await fixture.close();
}

const issuing = options.only ? undefined : await benchIssuing(rounds, seconds);
const text = [
  '# Benchmark',
  `\`npm run bench -- --rounds ${rounds} --seconds ${seconds}\` on ${machine()}; 32 connections; other programs may run.`,
  sidesTable(samples),
  goalsTable(samples),
  ...(issuing ? issuingReport(issuing) : []),
].join('\n\n');
console.log(`\n${text}`);
await writeFile(options.report, `${text}\n`);
if (failures(samples) > 0) process.exitCode = 1;
