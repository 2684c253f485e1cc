/**
 * A service's own database with TypeORM (`@keyturn/runtime/typeorm`): connection, migrations under a lock, pages by
 * keyset. Services without a database do not load it; `typeorm`, `@nestjs/typeorm` and `pg` are theirs to install.
 */
export { type DatabaseOptions, dataSourceOptions } from './data-source-options.js';
export { databaseModule } from './database-module.js';
export { keysetPage, type Page, type SortKey } from './keyset.js';
export { runMigrations } from './migrate.js';
export { DEFAULT_LIMIT, MAX_LIMIT, PageQuery } from './page-query.js';
