import { type Command, InvalidArgumentError } from 'commander';
import { runOperator } from '../../process/run-operator.js';
import { EXIT } from '../exit-codes.js';
import type { Surroundings } from '../program.js';

interface OperatorCommandOptions {
  readonly host: string;
  readonly managementPort: number;
}

function port(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 65_535) throw new InvalidArgumentError('It is a port: 0 to 65535.');
  return value;
}

/** `keyturn operator`: runs the operator itself over a state directory. */
export function addOperator(program: Command, world: Surroundings): void {
  program
    .command('operator')
    .description('run the operator over the state directory, until SIGTERM')
    .option('--host <address>', 'address of the management port', '127.0.0.1')
    .option('--management-port <port>', 'health, metrics, ring documents', port, 9000)
    .action(async ({ host, managementPort }: OperatorCommandOptions) => {
      const { state = '.keyturn/state' } = program.opts<{ state?: string }>();
      await runOperator({ state, host, managementPort, logLevel: world.logLevel }, world.signal);
      world.done(EXIT.done);
    });
}
