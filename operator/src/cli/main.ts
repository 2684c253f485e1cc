import { CommanderError } from 'commander';
import { connect, isForCluster, kubernetesBackend } from './cluster.js';
import { createLocalBackend, findStateDirectory } from './local-backend.js';
import { CommandError, EXIT } from './exit-codes.js';
import { createOutput } from './output.js';
import { createProgram } from './program.js';
import type { Environment } from '../environment.js';

/** Runs one command line and returns its exit code. Errors are sentences on standard error, never a stack trace. */
export async function runCommand(argv: readonly string[], env: Environment): Promise<number> {
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());
  let code: number = EXIT.done;
  const program = createProgram({
    backend: (options) =>
      isForCluster(options)
        ? kubernetesBackend(options, env)
        : createLocalBackend(options.state ?? findStateDirectory(process.cwd()), (problem) =>
            process.stderr.write(`keyturn: passed over: ${problem}\n`),
          ),
    connection: (options) => connect(options, env),
    output: ({ json }) =>
      createOutput({
        stdout: process.stdout,
        stderr: process.stderr,
        json,
        color: process.stdout.isTTY === true && !env.NO_COLOR,
      }),
    stdin: process.stdin,
    signal: interrupted.signal,
    logLevel: env.LOG_LEVEL ?? 'info',
    done: (result) => {
      code = result;
    },
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    process.stderr.write(`keyturn: ${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof CommandError ? error.exitCode : EXIT.unreachable;
  }
  return code;
}
