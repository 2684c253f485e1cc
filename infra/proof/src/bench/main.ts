/** `npm run bench [-- --rounds N --seconds N --only VARIANT,… --report FILE]`: every side, in turns, then the tables. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startIssuer } from './issuer.js';
import { startRingServer } from './ring-server.js';
import { knownTokens, type Round, runRound } from './sides.js';
import { goalsTable, type Sample, sidesTable } from './statistics.js';
import { AUDIENCE, createMint, ISSUER } from './tokens.js';
import { type SideConfig, VARIANTS } from './variants/index.js';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '4' },
    only: { type: 'string' },
    report: { type: 'string' },
  },
});
const rounds = Number(options.rounds);
const seconds = Number(options.seconds);
if (!(rounds >= 1) || !(seconds >= 1)) throw new TypeError('--rounds and --seconds must be 1 or more');
const variants = options.only?.split(',') ?? Object.keys(VARIANTS);
for (const variant of variants) if (!VARIANTS[variant]) throw new TypeError(`--only: no side is called "${variant}"`);

const mint = await createMint();
const issuer = await startIssuer(mint);
const rings = await startRingServer(mint);
const stateDir = await mkdtemp(join(tmpdir(), 'keyturn-bench-'));
const base: SideConfig = {
  framework: 'fastify',
  variant: 'none',
  issuer: ISSUER,
  audience: AUDIENCE,
  ringUrl: rings.url,
  stateDir,
  ...issuer,
};

function* plan(): Generator<Round> {
  for (let round = 1; round <= rounds; round++) {
    for (const framework of ['fastify', 'express'] as const) {
      for (const mode of ['known', 'first-seen'] as const) {
        for (const variant of variants) yield { framework, variant, mode, round, seconds };
      }
    }
  }
}

const known = knownTokens(mint);
const samples: Sample[] = [];
try {
  for (const round of plan()) {
    const sample = await runRound(round, { ...base, stateDir: join(stateDir, String(samples.length)) }, mint, known);
    samples.push(sample);
    const rate = Math.round(sample.requestsPerSecond);
    console.log(`round ${round.round}  ${round.framework}  ${round.mode}  ${round.variant}: ${rate} requests/s`);
  }
} finally {
  await Promise.all([issuer.close(), rings.close(), rm(stateDir, { recursive: true, force: true })]);
}

const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`;
const text = [
  '# Benchmark of the guard',
  `\`npm run bench -- --rounds ${rounds} --seconds ${seconds}\` on ${machine}; 32 connections; other programs may run.`,
  sidesTable(samples),
  goalsTable(samples),
].join('\n\n');
console.log(`\n${text}`);
if (options.report) await writeFile(options.report, `${text}\n`);
