import { ArgumentError, parseArguments } from './cli/arguments.js';
import { carryOut } from './cli/commands.js';
import { readEnvironment } from './environment.js';

/** The command line: results on standard output, progress and trouble on standard error. */
const seconds = (): string => (performance.now() / 1000).toFixed(1).padStart(7);
// Pods read what daemons write for them.
process.umask(0o022);
const output = {
  print: (text: string) => process.stdout.write(`${text}\n`),
  log: (line: string) => process.stderr.write(`${seconds()} s  ${line}\n`),
};

try {
  process.exitCode = await carryOut(parseArguments(process.argv.slice(2)), readEnvironment(), output);
} catch (error) {
  process.stderr.write(`cluster: ${(error as Error).message}\n`);
  process.exitCode = error instanceof ArgumentError ? 2 : 1;
}
