import type { Logger as TypeOrmLogger } from 'typeorm';
import type { Logger } from '../logging/logger.js';

/** What TypeORM reports, without the values of parameters: they are the users' data. */
export class StructuredTypeOrmLogger implements TypeOrmLogger {
  constructor(private readonly logger: Logger) {}

  logQuery(): void {}
  logQueryError(error: string | Error, query: string): void {
    this.logger.debug({ err: error, query }, 'a query failed');
  }
  logQuerySlow(ms: number, query: string): void {
    this.logger.warn({ ms, query }, 'a query was slow');
  }
  logSchemaBuild(message: string): void {
    this.logger.debug(message);
  }
  logMigration(message: string): void {
    this.logger.info(message);
  }
  log(level: 'log' | 'info' | 'warn', message: unknown): void {
    this.logger[level === 'log' ? 'debug' : level](String(message));
  }
}
