import { type ArgumentsHost, Catch, type ExceptionFilter, Injectable, Logger, Optional } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { GuardRuntime } from './guard-runtime.js';
import { PROBLEM_JSON } from './problem.js';
import { problemOfError } from './problem-of-error.js';

/**
 * Answers every error of the application as application/problem+json, on Express and Fastify. What nobody foresaw is
 * logged here and answered with a plain 500: no stack trace and no message of it leaves the process.
 */
@Catch()
@Injectable()
export class ProblemFilter implements ExceptionFilter {
  readonly #logger = new Logger('ProblemFilter');
  readonly #realm: string;

  constructor(
    private readonly host: HttpAdapterHost,
    @Optional() runtime?: GuardRuntime,
  ) {
    this.#realm = runtime?.realm ?? 'keyturn';
  }

  catch(error: unknown, host: ArgumentsHost): void {
    if (host.getType() !== 'http') throw error;
    const { httpAdapter } = this.host;
    const { problem, headers, unforeseen } = problemOfError(error, this.#realm);
    if (unforeseen)
      this.#logger.error(
        error instanceof Error ? (error.stack ?? error.message) : 'a value that is no Error was thrown',
      );
    const response: unknown = host.switchToHttp().getResponse();
    if (httpAdapter.isHeadersSent(response)) {
      httpAdapter.end(response);
      return;
    }
    for (const [name, value] of Object.entries(headers)) httpAdapter.setHeader(response, name, value);
    httpAdapter.setHeader(response, 'Content-Type', PROBLEM_JSON);
    httpAdapter.reply(response, JSON.stringify(problem), problem.status);
  }
}
