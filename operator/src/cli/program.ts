import { randomUUID } from 'node:crypto';
import { Command, InvalidArgumentError, Option } from 'commander';
import { DURATION_RULE, formatDuration, parseDuration } from '@keyturn/keyring/document';
import type { RotationRequest } from '../records/index.js';
import type { Connection } from '../kubernetes/api/index.js';
import type { Backend } from './backend.js';
import { addClients } from './commands/clients.js';
import { addCrds } from './commands/crds.js';
import { destroy } from './commands/destroy.js';
import { doctor } from './commands/doctor.js';
import { addOperator } from './commands/operator.js';
import { confirmRecovery } from './commands/recover.js';
import { submitAndFollow } from './commands/request.js';
import { completeKids, confirmRevocation } from './commands/revoke.js';
import { status, watchStatus } from './commands/status.js';
import { readToken, verify } from './commands/verify.js';
import { CommandError, EXIT, type ExitCode } from './exit-codes.js';
import type { Output } from './output.js';
import { renderHistory } from './render/run.js';
import { ringNamed } from './ring-named.js';

/** What the commands need of the world. `backend` and `output` are made once the global options are known. */
export interface Surroundings {
  backend(options: GlobalOptions): Backend | Promise<Backend>;
  /** The cluster that an operator is to work in. Throws CommandError when it cannot be told how to reach it. */
  connection(options: GlobalOptions): Promise<Connection>;
  output(options: GlobalOptions): Output;
  readonly stdin: AsyncIterable<Buffer | string>;
  readonly signal: AbortSignal;
  readonly logLevel: string;
  /** Called with the exit code of the command that ran. */
  done(code: ExitCode): void;
}

export interface GlobalOptions {
  readonly state?: string;
  readonly json: boolean;
  readonly kubernetes: boolean;
  readonly namespace?: string;
  readonly context?: string;
}

interface FollowOptions {
  readonly wait: boolean;
  readonly timeout: number;
  readonly yes?: boolean;
  readonly all?: boolean;
}

const HELP = `
Exit codes: 0 done · 1 refused, or a check that does not hold · 2 usage · 3 no platform or operator · 4 --timeout ended`;

function duration(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw new InvalidArgumentError(`It ${DURATION_RULE}.`);
  return ms;
}

const newRequest = (ring: string) => ({
  id: `cli-${randomUUID()}`,
  ring,
  requestedAt: new Date().toISOString(),
  requestedBy: 'cli',
});

/** The command tree. Nothing is read from the process here. */
export function createProgram(world: Surroundings): Command {
  const program = new Command('keyturn')
    .description('Rotate, revoke and watch the keys of a platform.')
    .option('--state <dir>', 'state directory of a local platform (default: the nearest .keyturn/state)')
    .option('--kubernetes', 'the cluster of the current context, instead of a local platform', false)
    .option('-n, --namespace <name>', 'namespace of the rings (default: that of the context); implies --kubernetes')
    .option('--context <name>', 'context of the kubeconfig; implies --kubernetes')
    .option('--json', 'one JSON record a line instead of text', false)
    .addHelpText('after', HELP)
    .exitOverride();
  const act =
    <A extends unknown[]>(run: (backend: Backend, output: Output, ...args: A) => Promise<ExitCode>) =>
    async (...args: A): Promise<void> => {
      const options = program.opts<GlobalOptions>();
      world.done(await run(await world.backend(options), world.output(options), ...args));
    };
  addReading(program, world, act);
  addRequests(program, world, act);
  addOperator(program, world);
  addCrds(program, world);
  addClients(program, world);
  return program;
}

type Act = <A extends unknown[]>(
  run: (backend: Backend, output: Output, ...args: A) => Promise<ExitCode>,
) => (...args: A) => Promise<void>;

function addReading(program: Command, world: Surroundings, act: Act): void {
  program
    .command('status')
    .argument('[ring]')
    .option('--watch', 'follow until interrupted')
    .description('rings, keys, and which process has acknowledged what')
    .action(
      act((backend, output, ring: string | undefined, options: { watch?: boolean }) =>
        options.watch ? watchStatus(backend, output, ring, world.signal) : status(backend, output, ring),
      ),
    );
  program
    .command('history')
    .argument('[ring]')
    .description('past and present runs')
    .action(
      act(async (backend, output, ring: string | undefined) => {
        if (ring !== undefined) await ringNamed(backend, ring);
        const runs = await backend.runs(ring);
        if (output.json) output.record(runs);
        else for (const line of renderHistory(runs, Date.now(), output.paint)) output.line(line);
        return EXIT.done;
      }),
    );
  program
    .command('verify')
    .description('check a token given on standard input against the rings')
    .action(act(async (backend, output) => verify(backend, output, await readToken(world.stdin))));
  program
    .command('doctor')
    .description('look at everything that a rotation needs')
    .action(act((backend, output) => doctor(backend, output)));
}

const timeoutOption = (): Option =>
  new Option('--timeout <duration>', 'stop following after')
    .argParser(duration)
    .default(300_000, formatDuration(300_000));

const follow = (world: Surroundings, { wait, timeout }: FollowOptions) => ({
  wait,
  timeoutMs: timeout,
  signal: world.signal,
});

function addRequests(program: Command, world: Surroundings, act: Act): void {
  const simple = (kind: 'rotate' | 'abort', description: string): void => {
    program
      .command(kind)
      .argument('<ring>')
      .option('--no-wait', 'return once the operator has taken the request')
      .addOption(timeoutOption())
      .description(description)
      .action(
        act((backend, output, ring: string, options: FollowOptions) =>
          submitAndFollow(backend, output, { kind, ...newRequest(ring) }, follow(world, options)),
        ),
      );
  };
  simple('rotate', 'let the standby sign, once every process has proved that it accepts it');
  simple('abort', 'give up the rotation that is under way, before its key signs');
  program
    .command('destroy')
    .argument('<ring>')
    .option('--yes', 'do not ask')
    .description('in a cluster: remove the keys that a deleted KeyRing has left')
    .action(
      act((backend, output, ring: string, options: { yes?: boolean }) =>
        destroy(backend, output, ring, options.yes === true),
      ),
    );
  addRetire(program, world, act);
  addRevoke(program, world, act);
  addRecover(program, world, act);
}

function addRetire(program: Command, world: Surroundings, act: Act): void {
  program
    .command('retire')
    .argument('<ring>')
    .argument('<kid>', 'a drained key; may be shortened')
    .addOption(timeoutOption())
    .description('remove a drained key; it is removed by itself, so this says what still keeps it')
    .action(
      act(async (backend, output, ring: string, prefix: string, options: FollowOptions) => {
        const [kid = prefix] = completeKids(await ringNamed(backend, ring), [prefix]);
        const request: RotationRequest = { kind: 'retire', kid, ...newRequest(ring) };
        return submitAndFollow(backend, output, request, follow(world, { ...options, wait: true }));
      }),
    );
}

function addRevoke(program: Command, world: Surroundings, act: Act): void {
  program
    .command('revoke')
    .argument('<ring>')
    .argument('[kids...]', 'keys that leaked; may be shortened')
    .option('--all', 'every key that is accepted now: the whole secret leaked')
    .option('--yes', 'do not ask')
    .option('--no-wait', 'return once the operator has taken the request')
    .addOption(timeoutOption())
    .description('refuse leaked keys everywhere, at once')
    .action(
      act(async (backend, output, ring: string, kids: string[], options: FollowOptions) => {
        if ((kids.length === 0) === !options.all) throw new CommandError('Name the keys, or give --all.', EXIT.usage);
        const found = await ringNamed(backend, ring);
        const keys = options.all ? 'all' : completeKids(found, kids);
        await confirmRevocation(output, found, keys, options.yes === true);
        const request: RotationRequest = { kind: 'revoke', keys, ...newRequest(ring) };
        return submitAndFollow(backend, output, request, follow(world, options));
      }),
    );
}

function addRecover(program: Command, world: Surroundings, act: Act): void {
  program
    .command('recover')
    .argument('<ring>')
    .option('--yes', 'do not ask')
    .option('--no-wait', 'return once the operator has taken the request')
    .addOption(timeoutOption())
    .description('go on above the projection after the truth was restored from an older copy, or lost')
    .action(
      act(async (backend, output, ring: string, options: FollowOptions) => {
        await confirmRecovery(output, await ringNamed(backend, ring), options.yes === true);
        return submitAndFollow(backend, output, { kind: 'recover', ...newRequest(ring) }, follow(world, options));
      }),
    );
}
