import { launch } from './cli/launch.js';
import { readEnvironment } from './environment.js';

/** Runs the platform until Ctrl-C, SIGTERM, or the terminal goes away. A second signal ends everything at once. */
const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (interruption.signal.aborted) process.exit(1);
    interruption.abort(new Error('interrupted'));
  });
}
// A terminal that was closed must not keep the platform from ending in order.
process.stdout.on('error', () => interruption.abort(new Error('nobody reads')));

process.exitCode = await launch({
  argv: process.argv.slice(2),
  environment: readEnvironment(),
  screen: process.stdout,
  begunAt: 0,
  interrupted: interruption.signal,
});
process.exit();
