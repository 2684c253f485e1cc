/** `npm run bench:sign-in [-- --rounds N --seconds N --report FILE]`: what sign-ins take from everything else. */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { machine } from './fixture.js';
import { benchSignIn, signInReport } from './sign-in.js';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    seconds: { type: 'string', default: '20' },
    report: { type: 'string', default: 'docs/reports/sign-in.md' },
  },
});
const rounds = Number(options.rounds);
const seconds = Number(options.seconds);
if (!(rounds >= 1) || !(seconds >= 1)) throw new TypeError('--rounds and --seconds must be 1 or more');
const figures = await benchSignIn(rounds, seconds);
const text = [
  '# Sign-ins',
  `\`npm run bench:sign-in -- --rounds ${rounds} --seconds ${seconds}\` on ${machine()}; other programs may run.`,
  signInReport(figures),
  'A p99 is one of few values, so rounds differ. Where hashes outside cost the calls as much as sign-ins do, it is the processor that waits, not the event loop of the issuer.',
].join('\n\n');
console.log(text);
await writeFile(options.report, `${text}\n`);
if (figures.failures > 0) process.exitCode = 1;
