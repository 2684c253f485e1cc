import { resolve } from 'node:path';
import { createColors } from 'picocolors';
import type { Environment } from '../environment.js';
import { AlreadyRunningError } from '../instance/lock.js';
import type { PodChange } from '../platform/crew.js';
import type { Platform } from '../platform/platform.js';
import { startPlatform } from '../platform/start.js';
import { isWebBuilt } from '../platform/web.js';
import { ArgumentError, HELP, parseArguments } from './arguments.js';
import { type Colors, ProgressLines, type Screen } from './terminal.js';
import { welcome } from './welcome.js';

/** 8080 and its neighbours, then any. */
const PORTS = [...Array.from({ length: 20 }, (_, index) => 8080 + index), 0];
const MAIL_PORTS = [...Array.from({ length: 20 }, (_, index) => 8025 + index), 0];

export interface World {
  readonly argv: readonly string[];
  readonly environment: Environment;
  readonly screen: Screen;
  /** When the command was given, on the clock of `performance.now`. */
  readonly begunAt: number;
  /** Fires when the user wants it to end. */
  readonly interrupted: AbortSignal;
}

/** Runs the platform in the current directory until it is interrupted; returns the exit code. */
export const launch = async (world: World): Promise<number> => {
  const { screen, environment } = world;
  const colors = createColors(screen.isTTY === true && !environment.noColor);
  const progress = new ProgressLines(screen, colors);
  try {
    const options = parseArguments(world.argv);
    if (options.help) {
      screen.write(`${HELP}\n`);
      return 0;
    }
    const platform = await startPlatform({
      dir: resolve('.keyturn'),
      ports: options.port === undefined ? PORTS : [options.port],
      mailPorts: MAIL_PORTS,
      reset: options.reset,
      demo: true,
      visitor: true,
      python: true,
      web: options.web && isWebBuilt(),
      signal: world.interrupted,
      progress: progress.show,
      ...(environment.databaseUrl !== undefined && { databaseUrl: environment.databaseUrl }),
    });
    screen.write(welcome(platform, (performance.now() - world.begunAt) / 1000, colors));
    await runUntilInterrupted(platform, world, colors);
    return 0;
  } catch (error) {
    progress.clear();
    if (world.interrupted.aborted) {
      screen.write('  Stopped before it was ready.\n');
      return 0;
    }
    screen.write(`\n  ${colors.red('✗')} ${explain(error)}\n`);
    return error instanceof ArgumentError ? 2 : 1;
  }
};

const runUntilInterrupted = async (platform: Platform, { interrupted, screen }: World, colors: Colors) => {
  const remove = platform.onChange((change) => {
    const said = sayChange(change);
    if (said) screen.write(`  ${colors.yellow('!')} ${said}\n`);
  });
  await new Promise((ended) => interrupted.addEventListener('abort', ended, { once: true }));
  remove();
  screen.write('\n  Stopping: the address, the services, the operator, the database …\n');
  await platform.stop();
  screen.write('  Stopped. Nothing is left running; the data is kept.\n');
};

const sayChange = ({ name, phase, starts, log }: PodChange): string | undefined => {
  if (phase === 'down') return `${name} has ended and is started again (${log})`;
  return phase === 'ready' && starts > 1 ? `${name} is ready` : undefined;
};

/** What a person should read: a sentence, never a stack trace. */
const explain = (error: unknown): string => {
  if (error instanceof AlreadyRunningError) {
    const { url, pid } = error;
    const where = url ? `: ${url}` : ' and is still starting.';
    return `Keyturn already runs in this directory${where}\n    Stop it with Ctrl-C in its terminal (process ${pid}).`;
  }
  if (error instanceof ArgumentError) return `${error.message}\n\n${HELP}`;
  return error instanceof Error ? error.message : String(error);
};
