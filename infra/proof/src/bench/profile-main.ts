/** `npm run bench:profile [-- --seconds N --report FILE]`: where the processor's time goes, side by side. */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { type Fixture, machine, startFixture } from './fixture.js';
import { type IssuingSide, startIssuers } from './issuing.js';
import { type Profiled, profileTable } from './profile.js';
import { type ProfileFile, profileArguments, readProfile } from './profiling.js';
import { knownTokens, runRound } from './sides.js';
import type { SideConfig } from './variants/index.js';

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '6' },
    report: { type: 'string', default: 'docs/reports/bench-profile.md' },
  },
});
const seconds = Number(options.seconds);
if (!(seconds >= 1)) throw new TypeError('--seconds must be 1 or more');

async function profileSide(fixture: Fixture, framework: SideConfig['framework'], variant: string): Promise<Profiled> {
  const file: ProfileFile = { directory: fixture.directory, name: `${framework}-${variant.replaceAll(' ', '-')}` };
  const round = { framework, variant, mode: 'known', round: 1, seconds } as const;
  const known = knownTokens(fixture.mint);
  const config = fixture.side(framework, variant);
  const { requestsPerSecond, span } = await runRound(round, config, fixture.mint, known, profileArguments(file));
  console.log(`${framework}  ${variant}: ${Math.round(requestsPerSecond)} requests/s`);
  return { side: variant, requests: requestsPerSecond * seconds, busy: await readProfile(file, span) };
}

async function profileFramework(fixture: Fixture, framework: SideConfig['framework']): Promise<Profiled[]> {
  const sides: Profiled[] = [];
  for (const variant of ['none', 'open guard', 'digest guard', 'keyturn'])
    sides.push(await profileSide(fixture, framework, variant));
  return sides;
}

async function profileIssuing({ directory }: Fixture): Promise<Profiled[]> {
  const names = ['keyturn', 'stock'] as const;
  const fileOf = (name: IssuingSide): ProfileFile => ({ directory, name: `issuing-${name}` });
  const issuers = await startIssuers((name) => profileArguments(fileOf(name)));
  const measured = new Map<IssuingSide, Awaited<ReturnType<typeof issuers.measure>>>();
  try {
    for (const name of names) {
      await issuers.measure(name, 1);
      measured.set(name, await issuers.measure(name, seconds));
    }
  } finally {
    await issuers.stop();
  }
  return Promise.all(
    names.map(async (name) => {
      const { requestsPerSecond, span } = measured.get(name)!;
      console.log(`issuing  ${name}: ${Math.round(requestsPerSecond)} requests/s`);
      return { side: name, requests: requestsPerSecond * seconds, busy: await readProfile(fileOf(name), span) };
    }),
  );
}

const fixture = await startFixture();
try {
  const text = [
    '# Where the time goes',
    `\`npm run bench:profile -- --seconds ${seconds}\` on ${machine()}. Processor time of the serving process for each request, by package, from V8's sampling profiler, whose own cost is in every column. Known tokens. What native code takes is counted to the native function that the profiler saw last, hashing to \`writev\` for one, so that only the sum of native functions is to be believed. *Open guard* lets everybody in; *digest guard* looks the SHA-256 of the token up and checks nothing.`,
    '## Express',
    profileTable(await profileFramework(fixture, 'express')),
    '## Fastify',
    profileTable(await profileFramework(fixture, 'fastify')),
    '## Issuing a token',
    profileTable(await profileIssuing(fixture), 5),
  ].join('\n\n');
  console.log(`\n${text}`);
  await writeFile(options.report, `${text}\n`);
} finally {
  await fixture.close();
}
