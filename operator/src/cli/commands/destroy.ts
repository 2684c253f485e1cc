import type { Backend } from '../backend.js';
import { CommandError, EXIT, type ExitCode } from '../exit-codes.js';
import type { Output } from '../output.js';

/** Removes the keys of a ring whose policy is gone: whatever they signed or encrypted is lost. */
export async function destroy(backend: Backend, output: Output, ring: string, yes: boolean): Promise<ExitCode> {
  if (!backend.destroy) throw new CommandError('On one machine: npm start -- --reset', EXIT.usage);
  if (!yes) {
    const message = `Everything that the keys of ${ring} signed or encrypted is lost. Add --yes to destroy them.`;
    throw new CommandError(message, EXIT.usage);
  }
  const removed = await backend.destroy(ring);
  if (output.json) output.record({ ring, removed });
  else if (removed.length === 0) output.line(`Nothing is left of ${ring}.`);
  else for (const name of removed) output.line(`removed ${name}`);
  return EXIT.done;
}
