import { type Command, InvalidArgumentError } from 'commander';
import { LEASE_NAME, runKubernetesOperator } from '../../kubernetes/process/run-replica.js';
import { runOperator } from '../../process/run-operator.js';
import { isForCluster } from '../cluster.js';
import { EXIT } from '../exit-codes.js';
import type { GlobalOptions, Surroundings } from '../program.js';

interface OperatorCommandOptions {
  readonly host: string;
  readonly managementPort: number;
  readonly lease: string;
}

function port(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 65_535) throw new InvalidArgumentError('It is a port: 0 to 65535.');
  return value;
}

/** `keyturn operator`: runs the operator itself, over a state directory or in a cluster. */
export function addOperator(program: Command, world: Surroundings): void {
  program
    .command('operator')
    .description('run the operator over the state directory, or a replica of it in a cluster, until SIGTERM')
    .option('--host <address>', 'address of the management port', '127.0.0.1')
    .option('--management-port <port>', 'health, metrics, ring documents', port, 9000)
    .option('--lease <name>', 'in a cluster: name of the Lease by which one replica leads', LEASE_NAME)
    .action(async ({ host, managementPort, lease }: OperatorCommandOptions) => {
      const options = program.opts<GlobalOptions>();
      const { state = '.keyturn/state', namespace } = options;
      const about = { host, managementPort, logLevel: world.logLevel };
      if (isForCluster(options)) {
        const connection = await world.connection(options);
        const where = { connection, leaseName: lease, ...(namespace !== undefined && { namespace }) };
        await runKubernetesOperator({ ...about, ...where }, world.signal);
      } else await runOperator({ ...about, state }, world.signal);
      world.done(EXIT.done);
    });
}
