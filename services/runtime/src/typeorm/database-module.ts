import type { DynamicModule } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { isDatabaseUnavailable } from '../database/unavailable.js';
import { type DatabaseOptions, dataSourceOptions } from './data-source-options.js';

const RETRY_MS = 1_000;

/**
 * The service's database as a Nest module. A service that starts before its database waits for it, not ready; wrong
 * credentials or a database that does not exist end the start.
 */
export const databaseModule = (options: DatabaseOptions): DynamicModule =>
  TypeOrmModule.forRoot({
    ...dataSourceOptions(options),
    retryAttempts: Number.MAX_SAFE_INTEGER,
    retryDelay: RETRY_MS,
    toRetry: isDatabaseUnavailable,
  });
