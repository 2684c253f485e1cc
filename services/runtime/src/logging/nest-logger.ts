import type { LoggerService } from '@nestjs/common';
import type { Logger } from './logger.js';

/** What Nest itself and code that uses Nest's `Logger` say, through the process's logger. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }
  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }
  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }
  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }
  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }
  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  /** Nest passes the context last, and a stack before it. */
  private write(level: 'trace' | 'debug' | 'warn' | 'error' | 'fatal', message: unknown, rest: unknown[]): void {
    const context = typeof rest.at(-1) === 'string' ? rest.at(-1) : undefined;
    const cause = [message, ...rest].find((item) => item instanceof Error);
    const stack = rest.find((item) => typeof item === 'string' && item.includes('\n    at '));
    const fields = { ...(context !== stack && { context }), ...(cause ? { err: cause } : stack ? { stack } : {}) };
    this.logger[level](fields, message instanceof Error ? message.message : String(message));
  }
}
