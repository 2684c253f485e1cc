import { type ArgumentsHost, Catch } from '@nestjs/common';
import type { HttpAdapterHost } from '@nestjs/core';
import { ProblemException, ProblemFilter } from '@keyturn/guard';
import type { Logger } from '../logging/logger.js';

/** Turns an error of a library into a problem that a client may see; undefined when it is none of its own. */
export type ErrorTranslator = (error: unknown) => ProblemException | undefined;

/** The guard's filter, for a whole service: it knows the errors of the service's libraries and logs what they hide. */
@Catch()
export class ServiceProblemFilter extends ProblemFilter {
  constructor(
    host: HttpAdapterHost,
    private readonly logger: Logger,
    private readonly translators: readonly ErrorTranslator[],
  ) {
    super(host);
  }

  override catch(error: unknown, host: ArgumentsHost): void {
    // `catch` is Nest's name for answering an error, no promise is near.
    // oxlint-disable-next-line promise/valid-params, promise/no-promise-in-callback
    super.catch(this.#translated(error), host);
  }

  #translated(error: unknown): unknown {
    for (const translate of this.translators) {
      const problem = translate(error);
      if (!problem) continue;
      const status = problem.getStatus();
      if (status >= 500) this.logger.warn({ status, err: error }, 'request refused');
      return problem;
    }
    return error;
  }
}
