import type { Command } from 'commander';
import { createApiClient } from '../../kubernetes/api/index.js';
import { applyDefinitions } from '../../kubernetes/crd/apply.js';
import { DEFINITIONS } from '../../kubernetes/crd/index.js';
import { EXIT } from '../exit-codes.js';
import type { GlobalOptions, Surroundings } from '../program.js';

/** `keyturn crds`: the custom resources that this program knows, for a person or for a hook of the chart. */
export function addCrds(program: Command, world: Surroundings): void {
  program
    .command('crds')
    .description('the custom resource definitions as JSON; --apply brings those of the cluster up to date')
    .option('--apply', 'create them, or update those that are older')
    .action(async ({ apply }: { apply?: boolean }) => {
      const options = program.opts<GlobalOptions>();
      const output = world.output(options);
      if (!apply) {
        output.record({ apiVersion: 'v1', kind: 'List', items: DEFINITIONS });
      } else {
        const connection = await world.connection(options);
        const results = await applyDefinitions(createApiClient({ connection }));
        if (output.json) output.record(results);
        else for (const { name, applied } of results) output.line(`${name}: ${applied}`);
        connection.close();
      }
      world.done(EXIT.done);
    });
}
