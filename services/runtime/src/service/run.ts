import { ConfigurationError } from '../configuration/error.js';
import type { ProcessEnvironment } from '../configuration/common.js';
import { createLogger, type Logger } from '../logging/logger.js';
import type { ServiceDefinition } from './definition.js';
import { Service } from './service.js';

/** Ends the process because of an error: a wrong configuration is told in plain words, anything else is logged. */
const fail = (logger: Logger, error: unknown, message: string): never => {
  if (error instanceof ConfigurationError) process.stderr.write(`${error.message}\n`);
  else logger.fatal({ err: error }, message);
  process.exit(1);
};

/** Nobody knows what state a process is in after an error that nobody caught. */
const failOnUncaught = (logger: Logger): void => {
  process.on('uncaughtException', (error) => fail(logger, error, 'uncaught error'));
  process.on('unhandledRejection', (error) => fail(logger, error, 'unhandled rejection'));
};

const stopOnSignals = (service: Pick<Service, 'stop'>, logger: Logger, deadlineMs: number): void => {
  const stop = (signal: string): void => {
    logger.info({ signal }, 'stopping');
    setTimeout(() => {
      logger.fatal({ deadlineMs }, 'requests did not end before the shutdown deadline');
      process.exit(1);
    }, deadlineMs).unref();
    service.stop().then(
      () => process.exit(0),
      (error: unknown) => fail(logger, error, 'the service could not be stopped in order'),
    );
  };
  // A terminal and a launcher may both send one: the later ones change nothing, the deadline holds in any case.
  let stopping = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (!stopping) stop(signal);
      stopping = true;
    });
  }
};

/**
 * Runs a service as this process: until SIGTERM or SIGINT, which end it without dropping a request, or an error that
 * nobody caught. `define` reads the environment; a ConfigurationError ends the process with all that is to mend.
 */
export const bootstrapService = async <E extends ProcessEnvironment>(
  define: () => ServiceDefinition<E>,
): Promise<Service<E>> => {
  let logger = createLogger({ service: 'keyturn' });
  try {
    const definition = define();
    const service = new Service(definition);
    logger = service.context.logger;
    failOnUncaught(logger);
    stopOnSignals(service, logger, definition.environment.KEYTURN_SHUTDOWN_DEADLINE);
    await service.start();
    return service;
  } catch (error) {
    return fail(logger, error, 'the service could not start');
  }
};

/** Runs a command to its end as this process, such as a migration: exit code 0, or 1 with the error told. */
export const runCommand = async (name: string, command: (logger: Logger) => Promise<void>): Promise<void> => {
  const logger = createLogger({ service: name });
  failOnUncaught(logger);
  try {
    await command(logger);
  } catch (error) {
    fail(logger, error, 'the command failed');
  }
};
