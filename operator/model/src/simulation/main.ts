import { parseArgs } from 'node:util';
import { writeTotals } from '../report/totals.js';
import { SIMULATED_BUGS, type SimulatedBug } from './bugs.js';
import { type Simulated, simulate } from './simulate.js';

const HELP = `Runs the operator's engine in seeded worlds with virtual time.

  --seeds N        how many seeds (default 500)
  --from N         the first seed (default 1)
  --replay SEED    one seed, with its trace
  --bug NAME       seed a bug: ${Object.keys(SIMULATED_BUGS).join(', ')}
  --controls N     seeds tried at most for each negative control (default 200; 0 = none); a twentieth for the rare ones
  --json FILE      write the totals there
`;

/** Bugs that random worlds rarely meet; the exhaustive searches find each of them. */
export const RARE: ReadonlySet<SimulatedBug> = new Set([
  'restart-grace',
  'fresh-evidence',
  'report-lag',
  'lease-kept',
  'durable-counts',
  'loaded-counts',
  'skew-in-drain',
  'confirm-verifier',
  'confirm-afresh',
]);

const log = (line: string): void => void process.stdout.write(`${line}\n`);

const hex = (hash: number): string => hash.toString(16).padStart(8, '0');

async function replay(seed: number, bug: SimulatedBug | undefined): Promise<number> {
  const { violation, lines, hash } = await simulate(seed, bug, true);
  log(lines.join('\n'));
  log(`seed ${seed}: ${violation ?? 'nothing is violated'}; trace ${hex(hash)}`);
  return violation === undefined ? 0 : 1;
}

interface Check {
  readonly name: string;
  readonly ok: boolean;
}

async function seeds(from: number, count: number): Promise<Check[]> {
  const checks: Check[] = [];
  const total = { events: 0, commits: 0, activations: 0, credentials: 0 };
  const started = performance.now();
  for (let seed = from; seed < from + count; seed++) {
    const result = await simulate(seed);
    const { violation } = result;
    for (const name of Object.keys(total) as (keyof typeof total)[]) total[name] += result[name];
    if (violation !== undefined) log(`seed ${seed}: ${violation}\n  replay: npm run simulate -- --replay ${seed}`);
    checks.push({ name: `seed ${seed}`, ok: violation === undefined });
    if (seed % 1000 === 0) log(`seed ${seed}: ${Math.round((performance.now() - started) / 1000)} s`);
  }
  log(
    `${count} seeds: ${total.events} events, ${total.commits} writes, ${total.activations} activations, ` +
      `${total.credentials} credentials, ${Math.round((performance.now() - started) / 1000)} s`,
  );
  return checks;
}

async function sameTrace(seed: number): Promise<Check> {
  const [first, second] = [await simulate(seed), await simulate(seed)];
  const other = await simulate(seed + 1);
  log(`seed ${seed}: trace ${hex(first.hash)}, again ${hex(second.hash)}; seed ${seed + 1}: ${hex(other.hash)}`);
  const isSame = first.hash === second.hash && first.events === second.events;
  return {
    name: `seed ${seed} gives the same trace again, another one another`,
    ok: isSame && first.hash !== other.hash,
  };
}

async function control(bug: SimulatedBug, from: number, count: number): Promise<Check> {
  let found: Simulated | undefined;
  let tried = 0;
  while (!found && tried < count) {
    const result = await simulate(from + tried, bug);
    tried += 1;
    if (result.violation !== undefined) found = result;
  }
  const rare = RARE.has(bug) ? ': random worlds rarely meet it, the exhaustive searches find it' : '';
  const said = found ? `seed ${found.seed}: ${found.violation}` : `not found in ${tried} seeds${rare}`;
  log(`without ${bug}: ${said}`);
  return { name: `without ${bug}`, ok: found !== undefined || RARE.has(bug) };
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '500' },
      from: { type: 'string', default: '1' },
      replay: { type: 'string' },
      bug: { type: 'string' },
      controls: { type: 'string', default: '200' },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    log(HELP);
    return 0;
  }
  const bug = values.bug as SimulatedBug | undefined;
  if (bug !== undefined && !(bug in SIMULATED_BUGS)) throw new TypeError(`--bug: there is no ${bug}`);
  if (values.replay !== undefined) return replay(Number(values.replay), bug);
  const [from, count, controls] = [Number(values.from), Number(values.seeds), Number(values.controls)];
  const checks = [...(await seeds(from, count)), await sameTrace(from)];
  if (controls > 0)
    for (const name of Object.keys(SIMULATED_BUGS)) {
      const bug = name as SimulatedBug;
      checks.push(await control(bug, from, RARE.has(bug) ? Math.ceil(controls / 20) : controls));
    }
  const failed = checks.filter(({ ok }) => !ok);
  for (const { name } of failed) log(`failed: ${name}`);
  writeTotals(values.json, {
    suite: 'simulation',
    passed: checks.length - failed.length,
    failed: failed.length,
    failures: failed.map(({ name }) => ({ name, reason: 'see its line above' })),
    skipped: [],
  });
  log(`${checks.length - failed.length} passed, ${failed.length} failed`);
  return failed.length > 0 ? 1 : 0;
}

process.exitCode = await main();
