/**
 * A service's own database with TypeORM (`@keyturn/runtime/typeorm`): connection, migrations under a lock, records of users,
 * pages by keyset. Services without a database do not load it; `typeorm`, `@nestjs/typeorm` and `pg` are theirs to install.
 */
export { type DatabaseOptions, dataSourceOptions } from './data-source-options.js';
export { databaseModule } from './database-module.js';
export { guardedService, type GuardedServiceOptions } from './guarded-service.js';
export { IsSort } from './is-sort.js';
export { keysetPage, type Page, type SortKey } from './keyset.js';
export { runMigrations } from './migrate.js';
export { migrateDatabase } from './migrate-database.js';
export { OwnedRecord, OWNED_RECORD_SORT_KEYS } from './owned-record.js';
export { OwnedRecords } from './owned-records.js';
export { type PageBody, pageBody, PageOf } from './page-output.js';
export { DEFAULT_LIMIT, MAX_LIMIT, PageQuery } from './page-query.js';
export { RecordOutput, recordOutput } from './record-output.js';
